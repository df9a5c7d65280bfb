package carry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"ferry/ftpclient"
)

// TestUpload sends a file to servers that have some of it already, or fail.
func TestUpload(t *testing.T) {
	want := large(20_000)
	for name, c := range map[string]struct {
		before string // on the server
		resume bool
		temp   bool
		cut    bool // the last word of the first upload is lost
		fails  error
		stores string // the verbs
	}{
		"new":            {stores: "STOR"},
		"replaces":       {before: "old", stores: "STOR"},
		"temporary":      {before: "old", temp: true, stores: "STOR"},
		"rest":           {before: want[:5000], resume: true, stores: "APPE"},
		"whole":          {before: want, resume: true},
		"other":          {before: "x" + want[1:4000], resume: true, fails: ErrResume},
		"longer":         {before: want + "x", resume: true, fails: ErrResume},
		"lost word":      {cut: true, temp: true, stores: "STOR"},
		"lost word rest": {before: want[:5000], resume: true, cut: true, stores: "APPE"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{}
			if c.before != "" {
				s.setFile("f", c.before)
			}
			s.cut.Store(c.cut && !c.resume)
			s.say = func(command string) string {
				if c.cut && strings.HasPrefix(command, "APPE") {
					s.cut.Store(true)
				}
				return ""
			}
			s.start(t)
			file := filepath.Join(t.TempDir(), "mine")
			if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
				t.Fatal(err)
			}
			j, events := s.job(t)
			j.Resume, j.TempName, j.Verify = c.resume, c.temp, VerifySize
			if err := j.Upload(t.Context(), file, "f"); !errors.Is(err, c.fails) {
				t.Fatal(err)
			}
			expect := want
			if c.fails != nil {
				expect = c.before
			}
			if got, _ := s.file("f"); got != expect {
				t.Errorf("there are %d bytes", len(got))
			}
			if _, ok := s.file("f.part"); ok {
				t.Error("the temporary name is left")
			}
			for _, verb := range []string{"STOR", "APPE"} {
				if n := s.got.count(verb); (n > 0) != (c.stores == verb) {
					t.Errorf("%d times %s", n, verb)
				}
			}
			if c.cut && len(events.of("retry")) == 0 {
				t.Errorf("nothing was tried again: %+v", events.all)
			}
		})
	}
}

// TestStreams sends from a pipe and receives into one.
func TestStreams(t *testing.T) {
	want := large(50_000)
	s := &scripted{listings: map[string]string{"dir": ""}}
	s.start(t)
	j, _ := s.job(t)
	j.Verify = VerifySize
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, want)
		_ = w.Close()
	}()
	if err := j.UploadFrom(t.Context(), r, "f"); err != nil {
		t.Fatal(err)
	}
	s.cut.Store(true)
	var got bytes.Buffer
	if err := j.DownloadTo(t.Context(), "f", &got); err != nil || got.String() != want {
		t.Errorf("%d bytes came, %v", got.Len(), err)
	}
	for _, name := range []string{"", "dir", "dir/"} {
		if err := j.UploadFrom(t.Context(), strings.NewReader(want), name); !errors.Is(err, ErrName) {
			t.Errorf("to %q: %v", name, err)
		}
	}
	// What was read cannot be read again.
	s.cut.Store(true)
	s.say = func(command string) string {
		if command == "SIZE once" {
			return "502 no"
		}
		return ""
	}
	if err := j.UploadFrom(t.Context(), io.MultiReader(strings.NewReader(want)), "once"); err == nil {
		t.Error("a broken upload of what is read once succeeds")
	}
}

// TestVerifyHash compares checksums, with servers that make them and others.
func TestVerifyHash(t *testing.T) {
	good := fmt.Sprintf("%x", sha256.Sum256([]byte("content")))
	bad := fmt.Sprintf("%x", sha256.Sum256([]byte("other")))
	for name, c := range map[string]struct {
		features, sum string
		want          error
	}{
		"good":   {" XSHA256\r\n", good, nil},
		"bad":    {" XSHA256\r\n", bad, ErrPartial},
		"cannot": {"", "", ftpclient.ErrNoChecksum},
	} {
		s := &scripted{features: c.features, files: map[string]string{"f": "content"}}
		s.say = func(command string) string {
			if strings.HasPrefix(command, "XSHA256") {
				return "250 " + c.sum
			}
			return ""
		}
		s.start(t)
		j, events := s.job(t)
		j.Verify = VerifyHash
		dir := t.TempDir()
		if err := j.Download(t.Context(), "f", dir); !errors.Is(err, c.want) {
			t.Errorf("%s: down: %v", name, err)
		}
		if got := len(tree(t, dir)); (got == 1) != (c.want == nil) {
			t.Errorf("%s: there are %d files", name, got)
		}
		var got bytes.Buffer
		if err := j.DownloadTo(t.Context(), "f", &got); !errors.Is(err, c.want) {
			t.Errorf("%s: to a stream: %v", name, err)
		}
		mine := filepath.Join(dir, "mine")
		if err := os.WriteFile(mine, []byte("content"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := j.Upload(t.Context(), mine, "up"); !errors.Is(err, c.want) {
			t.Errorf("%s: up: %v", name, err)
		}
		if err := j.UploadFrom(t.Context(), strings.NewReader("content"), "stream"); !errors.Is(err, c.want) {
			t.Errorf("%s: from a stream: %v", name, err)
		}
		if n := len(events.of("start")); (n == 0) != errors.Is(c.want, ftpclient.ErrNoChecksum) {
			t.Errorf("%s: %d transfers", name, n)
		}
	}
}

// TestUploadFromNobody ends though nobody gives the content.
func TestUploadFromNobody(t *testing.T) {
	s := &scripted{}
	s.start(t)
	j, _ := s.job(t)
	ctx, cancel := context.WithCancel(t.Context())
	j.Event = func(e Event) {
		if e.Kind == "start" {
			cancel()
		}
	}
	r, w := io.Pipe()
	defer w.Close()
	if err := j.UploadFrom(ctx, r, "f"); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	failed := errors.New("no more")
	if err := j.UploadFrom(t.Context(), iotest.ErrReader(failed), "f"); !errors.Is(err, failed) || !errors.Is(err, ErrLocalRead) {
		t.Errorf("without content it ends with %v", err)
	}
}

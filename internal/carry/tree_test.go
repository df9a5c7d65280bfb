package carry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
)

// many makes a directory of n files, with all that a listing tells.
func many(s *scripted, dir string, n int) []string {
	var want []string
	var lines strings.Builder
	for i := range n {
		name, text := fmt.Sprintf("f%04d", i), fmt.Sprint("content ", i)
		s.setFile(dir+"/"+name, text)
		fmt.Fprintf(&lines, "type=file;size=%d;modify=20250607080910; %s\r\n", len(text), name)
		want = append(want, name+"="+text)
	}
	s.listings[dir] = lines.String()
	return want
}

// TestTreeSpares counts the commands for small files: what the listing has told is
// not asked again.
func TestTreeSpares(t *testing.T) {
	s := &scripted{listings: make(map[string]string)}
	want := many(s, "d", 100)
	s.start(t)
	j, events := s.job(t)
	j.Recursive, j.KeepTime, j.Verify, j.Parallel = true, true, VerifySize, 4
	dir := t.TempDir()
	if err := j.Download(t.Context(), "d/", dir); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("there is %q", got)
	}
	info, err := os.Stat(filepath.Join(dir, "f0007"))
	if err != nil || !info.ModTime().Equal(time.Date(2025, 6, 7, 8, 9, 10, 0, time.UTC)) {
		t.Errorf("%v, %v", info, err)
	}
	// Each connection may have asked for a port that it had no use for any more.
	for verb, most := range map[string]int{"RETR": 100, "EPSV": 105, "MLSD": 1, "MLST": 1, "SIZE": 0, "MDTM": 0, "CWD": 0, "PWD": 0, "USER": 4, "TYPE": 5} {
		if n := s.got.count(verb); n > most {
			t.Errorf("%d times %s", n, verb)
		}
	}
	// The events of each file come in order, though several go at once.
	last := make(map[string]string)
	for _, e := range events.all {
		before := last[e.Remote]
		ok := e.Kind == "start" && before == "" || e.Kind == "progress" && (before == "start" || before == "progress") || e.Kind == "done" && before == "progress"
		if !ok {
			t.Errorf("%s: %s behind %q", e.Remote, e.Kind, before)
		}
		last[e.Remote] = e.Kind
	}
	if len(last) != 100 {
		t.Errorf("%d files", len(last))
	}
}

// TestTreeMadeUp has servers that make up trees and listings without end.
func TestTreeMadeUp(t *testing.T) {
	for name, c := range map[string]struct {
		listing string
		endless bool
		names   int // the most bytes of names
		want    error
	}{
		"listing": {"type=file;size=1; a\r\n", true, maxNames, ftpclient.ErrTooMuch},
		"names":   {strings.Repeat("type=file;size=1; "+strings.Repeat("n", 1000)+"\r\n", 20), true, 1 << 20, ErrName},
		"breadth": {"type=dir; a\r\ntype=dir; b\r\n", false, maxNames, ErrName},
		"itself":  {"type=dir;unique=1; a\r\ntype=dir;unique=1; b\r\n", false, maxNames, ErrName},
	} {
		t.Run(name, func(t *testing.T) {
			folders, bytes := maxFolders, maxNames
			t.Cleanup(func() { maxFolders, maxNames = folders, bytes })
			maxFolders, maxNames = 50, c.names
			s := &scripted{endless: c.endless}
			s.say = func(command string) string {
				// Whatever the client asks for is a directory like the others.
				if dir, ok := strings.CutPrefix(command, "MLSD "); ok {
					s.mu.Lock()
					defer s.mu.Unlock()
					if s.listings == nil {
						s.listings = make(map[string]string)
					}
					s.listings[dir] = c.listing
				}
				if strings.HasPrefix(command, "MLST") {
					return "250-\r\n type=dir; d\r\n250 end"
				}
				return ""
			}
			s.start(t)
			j, events := s.job(t)
			j.Recursive, j.Parallel = true, 2
			err := j.Download(t.Context(), "d", t.TempDir())
			if !errors.Is(err, c.want) && !errors.Is(err, ErrSome) {
				t.Errorf("it ends with %v", err)
			}
			if failed := events.of("error"); len(failed) == 0 || !errors.Is(failed[0].Err, c.want) {
				t.Errorf("events: %+v", failed)
			}
			if n := s.got.count("MLSD"); n > 51 {
				t.Errorf("%d listings", n)
			}
		})
	}
}

// TestTreeNames has names that would be one file here: a file that is a directory
// too, one that is there twice, and where the folder takes cases for the same.
func TestTreeNames(t *testing.T) {
	usual := foldsCase
	t.Cleanup(func() { foldsCase = usual })
	for _, folds := range []bool{false, true} {
		foldsCase = func(*os.Root, string) bool { return folds }
		s := &scripted{
			listings: map[string]string{
				"d":   "type=file;size=1; x\r\ntype=dir; x\r\ntype=file;size=1; y\r\ntype=file;size=2; y\r\ntype=file;size=1; A\r\ntype=file;size=1; a\r\ntype=file;size=1; x.part\r\n",
				"d/x": "type=file;size=1; in\r\n",
			},
			files: map[string]string{"d/x": "1", "d/y": "2", "d/A": "3", "d/a": "4", "d/x.part": "5", "d/x/in": "6"},
		}
		s.start(t)
		j, events := s.job(t)
		j.Recursive, j.Parallel = true, 3
		dir := t.TempDir()
		if err := j.Download(t.Context(), "d/", dir); !errors.Is(err, ErrSome) {
			t.Errorf("it ends with %v", err)
		}
		want, complaints := []string{"A=3", "a=4", "x=1", "x.part=5", "y=2"}, 2
		if folds {
			want, complaints = slices.Delete(want, 1, 2), 3
		}
		if got := tree(t, dir); !slices.Equal(got, want) {
			t.Errorf("there is %q", got)
		}
		failed := events.of("error")
		for _, e := range failed {
			if !errors.Is(e.Err, ErrName) {
				t.Errorf("%+v", e)
			}
		}
		if len(failed) != complaints {
			t.Errorf("complaints: %+v", failed)
		}
	}
}

// TestFoldsCase finds out what this machine's folders do by trying.
func TestFoldsCase(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "probe"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := os.Lstat(filepath.Join(dir, "PROBE"))
	root, openErr := os.OpenRoot(dir)
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer root.Close()
	if got := foldsCase(root, "."); got != (err == nil) {
		t.Errorf("it says %v", got)
	}
}

// TestSizesListed has sizes in the listing that are not those of the files.
func TestSizesListed(t *testing.T) {
	s := &scripted{
		listings: map[string]string{"d": "type=file;size=100; short\r\ntype=file;size=1; long\r\ntype=file;size=9; lies\r\ntype=file; none\r\n"},
		files:    map[string]string{"d/short": "short", "d/long": "long", "d/lies": "lies", "d/none": "none"},
	}
	s.say = func(command string) string {
		if command == "SIZE d/lies" {
			return "213 9" // and sends less
		}
		return ""
	}
	s.start(t)
	j, events := s.job(t)
	j.Recursive = true
	dir := t.TempDir()
	if err := j.Download(t.Context(), "d/", dir); !errors.Is(err, ErrPartial) {
		t.Errorf("it ends with %v", err)
	}
	if got := tree(t, dir); !slices.Equal(got, []string{"lies.part=lies", "long=long", "none=none", "short=short"}) {
		t.Errorf("there is %q", got)
	}
	if failed := events.of("error"); len(failed) != 1 || failed[0].Remote != "d/lies" {
		t.Errorf("complaints: %+v", failed)
	}
}

// TestDeafToRest breaks off a download of a server that then begins anew, whatever
// REST says: what is put together of that is no file.
func TestDeafToRest(t *testing.T) {
	want := large(40_000)
	s := &scripted{files: map[string]string{"f": want}, deaf: true}
	s.cut.Store(true)
	s.start(t)
	j, events := s.job(t)
	dir := t.TempDir()
	if err := j.Download(t.Context(), "f", dir); !errors.Is(err, ErrPartial) {
		t.Errorf("it ends with %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "f")); err == nil {
		t.Error("there is a file")
	}
	if len(events.of("retry")) == 0 {
		t.Error("nothing was tried again")
	}
}

// TestTreeWithoutServer loses the server in the middle of a tree: the rest of the
// files is not tried one by one.
func TestTreeWithoutServer(t *testing.T) {
	s := &scripted{listings: make(map[string]string)}
	many(s, "d", 200)
	s.start(t)
	s.say = func(command string) string {
		if command == "RETR d/f0005" {
			s.stop()
			return "421 going down"
		}
		return ""
	}
	j, events := s.job(t)
	j.Recursive, j.Parallel = true, 2
	err := j.Download(t.Context(), "d/", t.TempDir())
	if e, ok := errors.AsType[*ftpclient.Error](err); !ok || e.Phase != ftpclient.PhaseDial {
		t.Errorf("it ends with %v", err)
	}
	if n := len(events.of("error")); n == 0 || n > 4 {
		t.Errorf("%d complaints", n)
	}
}

// TestLimit keeps all files together to a rate.
func TestLimit(t *testing.T) {
	s := &scripted{listings: map[string]string{"d": ""}}
	for i := range 4 {
		s.listings["d"] += fmt.Sprintf("type=file;size=20000; f%d\r\n", i)
		s.setFile(fmt.Sprintf("d/f%d", i), strings.Repeat("x", 20000))
	}
	s.start(t)
	j, _ := s.job(t)
	j.Recursive, j.Parallel, j.Limit = true, 4, 200_000
	began := time.Now()
	if err := j.Download(t.Context(), "d/", t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 350*time.Millisecond {
		t.Errorf("80000 bytes came in %v", took)
	}
}

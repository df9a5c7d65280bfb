package carry

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree lists the files below a directory, with their content.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		found = append(found, filepath.ToSlash(rel)+"="+string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDownloadStaysInside has a server send names, and a folder have links, that
// lead out of it.
func TestDownloadStaysInside(t *testing.T) {
	top := t.TempDir()
	inside := filepath.Join(top, "inside")
	outside := filepath.Join(top, "outside")
	for _, dir := range []string{inside, outside} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, link := range []string{"linked", "file.part"} {
		target := outside
		if link != "linked" {
			target = filepath.Join(outside, "victim")
		}
		if err := os.Symlink(target, filepath.Join(inside, link)); err != nil {
			t.Skipf("no symbolic links: %v", err)
		}
	}
	s := &scripted{
		listings: map[string]string{
			"d": "type=file;size=1; ../up\r\ntype=file;size=1; /abs\r\ntype=file;size=1; ok\r\ntype=dir; ..\r\n" +
				"type=dir; linked\r\ntype=file;size=1; file\r\ntype=file;size=1; x\x1b[2J\r\n",
			"d/linked": "type=file;size=1; victim\r\n",
		},
		files: map[string]string{"d/../up": "u", "d//abs": "a", "d/ok": "o", "d/linked/victim": "v", "d/file": "f", "d/x\x1b[2J": "x"},
	}
	s.start(t)
	j, events := s.job(t)
	j.Recursive = true
	err := j.Download(t.Context(), "d/", inside)
	if !errors.Is(err, ErrSome) {
		t.Errorf("the download ends with %v", err)
	}
	if got := tree(t, outside); len(got) != 0 {
		t.Errorf("outside there is %q", got)
	}
	if _, err := os.Lstat(filepath.Join(top, "up")); err == nil {
		t.Error("../up was written")
	}
	if got, err := os.ReadFile(filepath.Join(inside, "ok")); string(got) != "o" {
		t.Errorf("ok has %q, %v", got, err)
	}
	if failed := events.of("error"); len(failed) < 3 {
		t.Errorf("too few complaints: %+v", failed)
	}
}

// TestDownloadOfItself has a directory that contains itself for ever.
func TestDownloadOfItself(t *testing.T) {
	s := &scripted{listings: make(map[string]string)}
	for n := range maxDepth + 2 {
		s.listings["d"+strings.Repeat("/d", n)] = "type=dir; d\r\n"
	}
	s.start(t)
	j, _ := s.job(t)
	j.Recursive = true
	if err := j.Download(t.Context(), "d/", filepath.Join(t.TempDir(), "x")); !errors.Is(err, ErrName) {
		t.Errorf("it ends with %v", err)
	}
}

// TestDownloadAgain has the connection break in the middle of a file: the second
// attempt goes on, and the file has its name only when it is whole.
func TestDownloadAgain(t *testing.T) {
	want := strings.Repeat("0123456789", 2000)
	s := &scripted{files: map[string]string{"f": want}}
	s.cut.Store(true)
	s.start(t)
	j, events := s.job(t)
	j.Verify = VerifySize
	dir := t.TempDir()
	if err := j.Download(t.Context(), "f", dir); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); !slices.Equal(got, []string{"f=" + want}) {
		t.Errorf("there is %.60q", got)
	}
	if len(events.of("retry")) == 0 {
		t.Errorf("nothing was tried again: %+v", events.all)
	}
}

// TestDownloadResumes goes on behind a beginning, and not behind another file.
func TestDownloadResumes(t *testing.T) {
	want := strings.Repeat("0123456789", 2000)
	s := &scripted{files: map[string]string{"f": want}}
	s.start(t)
	j, _ := s.job(t)
	j.Resume = true
	for name, c := range map[string]struct {
		before string
		fails  bool
	}{
		"beginning": {want[:12345], false},
		"whole":     {want, false},
		"other":     {strings.Repeat("x", 12345), true},
		"same size": {strings.Repeat("x", len(want)), true},
		"longer":    {want + "x", true},
		"empty":     {"", false},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(c.before), 0o666); err != nil {
			t.Fatal(err)
		}
		expect := want
		if c.fails {
			expect = c.before
		}
		if err := j.Download(t.Context(), "f", dir); errors.Is(err, ErrResume) != c.fails || !c.fails && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := tree(t, dir); !slices.Equal(got, []string{"f=" + expect}) {
			t.Errorf("%s: there is %.80q", name, got)
		}
	}
}

// TestUploadStaysInside sends no file to which a link leads out of the folder.
func TestUploadStaysInside(t *testing.T) {
	top := t.TempDir()
	inside := filepath.Join(top, "inside")
	if err := os.Mkdir(inside, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(top, "secret"), []byte("s"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(inside, "link")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	s := &scripted{listings: map[string]string{"up": ""}}
	s.say = func(command string) string {
		if strings.HasPrefix(command, "STOR") {
			t.Errorf("it sends %q", command)
			return "550 no"
		}
		return ""
	}
	s.start(t)
	j, events := s.job(t)
	j.Recursive = true
	if err := j.Upload(t.Context(), inside, "up/"); err != nil {
		t.Error(err)
	}
	if len(events.all) != 1 || len(events.of("skip")) != 1 {
		t.Errorf("events: %+v", events.all)
	}
}

package mirror

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLocalTree has what a local tree may have besides files.
func TestLocalTree(t *testing.T) {
	_, m, _ := serve(t, map[string]string{"/base": ""})
	here(t, m, "a", "d/b", strings.Repeat("d/", maxDepth+2)+"deep")
	outside := t.TempDir()
	for _, link := range []string{"file", "out", "nowhere"} {
		target := map[string]string{"file": "a", "out": outside, "nowhere": "none"}[link]
		if err := os.Symlink(target, filepath.Join(m.Local, link)); err != nil {
			t.Skipf("no symbolic links: %v", err)
		}
	}
	m.Upload = true
	got := planned(t, m)
	for _, want := range []string{"copy a new", "copy d/b new", "note file", "note out", "note nowhere"} {
		if !slices.Contains(got, want) {
			t.Errorf("the plan has no %q: %q", want, got)
		}
	}
	if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, "fault d/d/d/") }) {
		t.Errorf("the depth is not told: %q", got)
	}
}

// TestLocalUnreadable has a directory here that may not be read: what was brought
// of it before stays.
func TestLocalUnreadable(t *testing.T) {
	_, m, _ := serve(t, map[string]string{"/base": "type=dir; d\r\ntype=file;size=1; gone\r\n", "/base/d": "type=file;size=1; old\r\n"})
	here(t, m, "d/new", "x")
	closed := filepath.Join(m.Local, "d")
	if err := os.Chmod(closed, 0o300); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o700) })
	if _, err := os.ReadDir(closed); err == nil {
		t.Skip("this user may read everything")
	}
	m.Upload = true
	if got, want := planned(t, m), []string{"copy x new", "remove gone", "fault d"}; !slices.Equal(got, want) {
		t.Errorf("the plan is %q, want %q", got, want)
	}
}

// TestNames are those that one side cannot have.
func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"a": true, "a b": true, ".x": true, "-x": true, "a/b": false, "..": false, "": false, "a\x00": false} {
		if err := localName(name); (err == nil) != ok {
			t.Errorf("here, %q: %v", name, err)
		}
	}
	for name, ok := range map[string]bool{"a": true, "a\xff": true, "a\r": false, "a\nb": false, "a\x00": false} {
		if err := remoteName(name); (err == nil) != ok {
			t.Errorf("on the server, %q: %v", name, err)
		}
	}
	for name, want := range map[Path]string{"": "", "-x": "./-x", "~x": "./~x", "d/-x": "d/-x"} {
		if got := (&server{}).at(name); got != want {
			t.Errorf("%q is %q there", name, got)
		}
	}
	for base, want := range map[string]string{"/": "/a", "b": "b/a", "/b": "/b/a"} {
		if got := (&server{base: base}).at("a"); got != want {
			t.Errorf("below %q: %q", base, got)
		}
	}
}

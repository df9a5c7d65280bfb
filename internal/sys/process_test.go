//go:build unix

package sys

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestUmask(t *testing.T) {
	was := Umask(0o027)
	defer Umask(was)
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(name); err != nil || fi.Mode() != 0o640 {
		t.Errorf("a new file has %v, %v, want 0640", fi.Mode(), err)
	}
	if got := Umask(0o027); got != 0o027 {
		t.Errorf("Umask returns %#o, want what was set", got)
	}
}

func TestEuid(t *testing.T) {
	if got := Euid(); got != os.Geteuid() {
		t.Errorf("Euid = %d", got)
	}
}

func TestSetRlimitNofile(t *testing.T) {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
			t.Error(err)
		}
	}()
	low := was
	low.Cur = min(was.Max, 256)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is left to do
		got, err := SetRlimitNofile()
		if err != nil {
			t.Fatal(err)
		}
		var is unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &is); err != nil {
			t.Fatal(err)
		}
		if is.Cur != was.Max || uint64(got) != uint64(is.Cur) { //nolint:unconvert // int64 on FreeBSD
			t.Errorf("the limit is %d and said to be %d, want %d", is.Cur, got, was.Max)
		}
	}
}

package sys

import (
	"io/fs"
	"testing"
)

func TestMode(t *testing.T) {
	for unix, want := range map[uint32]fs.FileMode{
		0o100644: 0o644,
		0o104755: fs.ModeSetuid | 0o755,
		0o102750: fs.ModeSetgid | 0o750,
		0o041777: fs.ModeDir | fs.ModeSticky | 0o777,
		0o120777: fs.ModeSymlink | 0o777,
		0o010600: fs.ModeNamedPipe | 0o600,
		0o140000: fs.ModeSocket,
		0o020666: fs.ModeDevice | fs.ModeCharDevice | 0o666,
		0o060660: fs.ModeDevice | 0o660,
		0o000000: fs.ModeIrregular,
	} {
		got := FileMode(unix)
		if got != want {
			t.Errorf("FileMode(%#o) = %v, want %v", unix, got, want)
		}
		if perm := UnixPerm(got); perm != unix&0o7777 {
			t.Errorf("UnixPerm(%v) = %#o, want %#o", got, perm, unix&0o7777)
		}
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b Stat
		want bool
	}{
		{Stat{Dev: 1, Ino: 2}, Stat{Dev: 1, Ino: 2, Size: 3}, true},
		{Stat{Dev: 1, Ino: 2}, Stat{Dev: 1, Ino: 3}, false},
		{Stat{Dev: 1, Ino: 2}, Stat{Dev: 2, Ino: 2}, false},
		{Stat{}, Stat{}, false},
	} {
		if got := c.a.Same(c.b); got != c.want {
			t.Errorf("%+v and %+v: Same = %v", c.a, c.b, got)
		}
	}
}

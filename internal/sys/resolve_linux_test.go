package sys

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openRoot returns a directory and a handle of it, or skips the test where the
// kernel cannot confine.
func openRoot(t *testing.T) (string, int) {
	t.Helper()
	dir := t.TempDir()
	fd, err := OpenDirPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = Close(fd) })
	if err := ProbeInRoot(fd); err != nil {
		t.Skip(err)
	}
	return dir, fd
}

func TestOpenInRoot(t *testing.T) {
	dir, root := openRoot(t)
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "d"), 0o755),
		os.WriteFile(filepath.Join(dir, "d", "f"), []byte("content"), 0o644),
		os.Symlink("/d/f", filepath.Join(dir, "abs")),
		os.Symlink("../../../d/f", filepath.Join(dir, "d", "up")),
		os.Symlink("/etc/passwd", filepath.Join(dir, "out")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		flags int
		err   error
	}{
		{"/", OpenPath, nil},
		{".", OpenPath | OpenDirectory, nil},
		{"d/f", os.O_RDONLY, nil},
		{"/d/f", os.O_RDONLY | OpenNonblock, nil},
		{"/abs", os.O_RDONLY, nil},
		{"/d/up", os.O_WRONLY | os.O_APPEND, nil},
		{"/../../d/f", os.O_RDONLY, nil},
		{"/new", os.O_WRONLY | os.O_CREATE | os.O_EXCL, nil},
		{"/new", os.O_WRONLY | os.O_CREATE | os.O_EXCL, unix.EEXIST},
		{"/out", os.O_RDONLY, unix.ENOENT},
		{"/out", OpenPath | OpenNoFollow, nil},
		{"/none", OpenPath, unix.ENOENT},
		{"/d/f", OpenPath | OpenDirectory, unix.ENOTDIR},
		{"/d", os.O_WRONLY, unix.EISDIR},
	} {
		fd, err := OpenInRoot(root, c.name, c.flags, 0o600)
		if !errors.Is(err, c.err) {
			t.Errorf("OpenInRoot(%q, %#x) = %v, want %v", c.name, c.flags, err, c.err)
		}
		if err != nil {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%q stays open in children: %#x, %v", c.name, flags, err)
		}
		if err := Close(fd); err != nil {
			t.Error(err)
		}
	}
}

func TestClearNonblock(t *testing.T) {
	_, root := openRoot(t)
	fd, err := OpenInRoot(root, "f", os.O_WRONLY|os.O_CREATE|os.O_APPEND|OpenNonblock, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = Close(fd) }()
	if err := ClearNonblock(fd, os.O_APPEND|os.O_CREATE); err != nil {
		t.Fatal(err)
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 || flags&unix.O_APPEND == 0 {
		t.Errorf("flags are %#x, %v", flags, err)
	}
}

// TestAttributes sets attributes through a handle that permits nothing else.
func TestAttributes(t *testing.T) {
	dir, root := openRoot(t)
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := OpenInRoot(root, "f", OpenPath, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = Close(fd) }()
	if err := Chmod(fd, fs.ModeSetgid|0o751); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Chmod: %v", err)
	} else if st, err := Fstat(fd); err != nil || st.Mode != fs.ModeSetgid|0o751 {
		t.Errorf("Chmod makes %v, %v", st.Mode, err)
	}
	want := time.Date(2001, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	if err := SetModTime(fd, want); err != nil {
		t.Fatal(err)
	}
	st, err := Lstatat(root, "f")
	if err != nil || st.ModTime.Truncate(time.Second) != want.Truncate(time.Second).Local() {
		t.Errorf("SetModTime makes %v, %v, want %v", st.ModTime, err, want)
	}
	if fi, err := os.Stat(filepath.Join(dir, "f")); err != nil || !StatOf(fi).Same(st) {
		t.Errorf("StatOf gives %+v, %v, Lstatat %+v", fi, err, st)
	}
}

func TestReadlinkat(t *testing.T) {
	dir, root := openRoot(t)
	for _, n := range []int{1, 255, 256, 257, 1023, 1024, 4095} {
		target := strings.Repeat("x", n)
		if err := os.Symlink(target, filepath.Join(dir, "l")); err != nil {
			t.Fatal(err)
		}
		if got, err := Readlinkat(root, "l"); got != target || err != nil {
			t.Errorf("a target of %d bytes has %d, %v", n, len(got), err)
		}
		if err := Unlinkat(root, "l"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDir(t *testing.T) {
	dir, root := openRoot(t)
	want := map[string]fs.FileMode{"f": 0, "d": fs.ModeDir, "l": fs.ModeSymlink, ".hidden": 0, "a\nb\xff": 0}
	for i := range 3000 {
		want[strings.Repeat("n", 1+i%50)+"-"+time.Duration(i).String()] = 0
	}
	for name, typ := range want {
		name = filepath.Join(dir, name)
		var err error
		switch typ {
		case fs.ModeDir:
			err = os.Mkdir(name, 0o755)
		case fs.ModeSymlink:
			err = os.Symlink("f", name)
		default:
			err = os.WriteFile(name, nil, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fd, err := OpenInRoot(root, "/", os.O_RDONLY|OpenDirectory, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDir(fd)
	for {
		entry, err := d.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		typ, ok := want[entry.Name]
		if !ok || entry.Type != typ && entry.Type != fs.ModeIrregular {
			t.Errorf("entry %+v, want %v", entry, typ)
		}
		delete(want, entry.Name)
		if st, err := d.Lstat(entry.Name); err != nil || st.Mode.Type() != typ {
			t.Errorf("Lstat(%q) = %+v, %v", entry.Name, st, err)
		}
	}
	if len(want) > 0 {
		t.Errorf("%d entries are missing", len(want))
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestDirRemoved(t *testing.T) {
	_, root := openRoot(t)
	if err := Mkdirat(root, "d", 0o755); err != nil {
		t.Fatal(err)
	}
	fd, err := OpenInRoot(root, "d", os.O_RDONLY|OpenDirectory, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDir(fd)
	defer func() { _ = d.Close() }()
	if err := Rmdirat(root, "d"); err != nil {
		t.Fatal(err)
	}
	if entry, err := d.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("Next of a removed directory = %+v, %v", entry, err)
	}
}

// FuzzDirent reads records that no kernel would write.
func FuzzDirent(f *testing.F) {
	record := func(name string, typ byte, reclen byte) []byte {
		b := append(slices.Repeat([]byte{1}, 16), reclen, 0, typ)
		return append(append(b, name...), 0)
	}
	f.Add(record("name", unix.DT_REG, 24))
	f.Add(record("", unix.DT_DIR, 20))
	f.Add(record("x", 255, 0))
	f.Add(record("x", unix.DT_FIFO, 255))
	f.Fuzz(func(t *testing.T, b []byte) {
		entry, size, err := parseDirent(string(b))
		if err != nil {
			if !errors.Is(err, unix.EIO) {
				t.Fatalf("parseDirent = %v", err)
			}
			return
		}
		if size < direntName || size > len(b) || len(entry.Name) > size-direntName || strings.IndexByte(entry.Name, 0) >= 0 {
			t.Fatalf("parseDirent = %+v, %d of %d bytes", entry, size, len(b))
		}
		if entry.Type != entry.Type.Type() {
			t.Fatalf("the type is %v", entry.Type)
		}
	})
}

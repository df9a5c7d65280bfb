package osfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"ferry/vfs"
)

func isNotEmpty(err error) bool { return errors.Is(err, syscall.ENOTEMPTY) }

// TestForeignLock meets the record locks that other servers take.
func TestForeignLock(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		if err := os.WriteFile(s.path("/f"), []byte("content"), 0o644); err != nil {
			t.Fatal(err)
		}
		other, err := os.OpenFile(s.path("/f"), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		lock := func(typ int16) error {
			return syscall.FcntlFlock(other.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: typ})
		}
		if err := lock(syscall.F_WRLCK); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Create(t.Context(), "/f", vfs.CreateOptions{Lock: true}); !errors.Is(err, vfs.ErrLocked) {
			t.Errorf("Create = %v, want ErrLocked", err)
		}
		if content, err := os.ReadFile(s.path("/f")); err != nil || string(content) != "content" {
			t.Errorf("a locked file holds %q, %v after Create", content, err)
		}
		// Without Lock it is nobody's business. (Closing any descriptor of the
		// file ends the record locks of the process, so this comes last.)
		w, err := s.Create(t.Context(), "/f", vfs.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Error(err)
		}
		w, err = s.Create(t.Context(), "/f", vfs.CreateOptions{Lock: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := lock(syscall.F_WRLCK); !errors.Is(err, syscall.EAGAIN) {
			t.Errorf("another lock while the file is written = %v, want EAGAIN", err)
		}
		if err := errors.Join(w.Commit(t.Context()), other.Close()); err != nil {
			t.Error(err)
		}
	})
}

// TestListWithoutPermission lists a directory that may be read but not
// searched: the names are there, nothing else is known.
func TestListWithoutPermission(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("must be root to become another user")
	}
	onTrees(t, func(t *testing.T, s store) {
		if err := os.Mkdir(s.path("/d"), 0o744); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(s.path("/d/sub"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.path("/d/f"), []byte("content"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(s.path("/d"), 0o744); err != nil {
			t.Fatal(err)
		}
		got := map[string]vfs.Info{}
		var failed error
		done := make(chan struct{})
		go func() {
			defer close(done)
			// The thread stays another user's, so it ends with the goroutine.
			runtime.LockOSThread()
			if failed = syscall.Setfsuid(65534); failed != nil {
				return
			}
			for info, err := range s.List(t.Context(), "/d") {
				failed = errors.Join(failed, err)
				got[info.Name] = info
			}
		}()
		<-done
		if s.Confinement() == "os.Root" {
			if !errors.Is(failed, vfs.ErrPermission) {
				t.Skipf("os.Root opens such a directory: %v", failed)
			}
			return
		}
		if failed != nil {
			t.Fatal(failed)
		}
		if f, d := got["f"], got["sub"]; len(got) != 2 || !f.IsRegular() || f.Size != 0 || f.Nlink != 1 || !d.IsDir() {
			t.Errorf("List has %+v", got)
		}
	})
}

// TestSendfile has the kernel send a file that starts at an offset, and receive
// one: both ends are what package net and os take for it.
func TestSendfile(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		content := bytes.Repeat([]byte("0123456789abcdef"), 50_000)
		if err := os.WriteFile(s.path("/f"), content, 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Skip(err)
		}
		defer func() { _ = l.Close() }()
		sent := make(chan error, 1)
		go func() {
			c, err := l.Accept()
			if err != nil {
				sent <- err
				return
			}
			r, err := s.Open(t.Context(), "/f", 16)
			if err != nil {
				sent <- errors.Join(err, c.Close())
				return
			}
			_, err = c.(*net.TCPConn).ReadFrom(r.(vfs.Filer).File())
			sent <- errors.Join(err, r.Close(), c.Close())
		}()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Create(t.Context(), "/copy", vfs.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.(vfs.Filer).File().ReadFrom(c); err != nil {
			t.Error(err)
		}
		if err := errors.Join(w.Commit(t.Context()), c.Close(), <-sent); err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(s.path("/copy")); err != nil || !bytes.Equal(got, content[16:]) {
			t.Errorf("%d bytes arrived, %v, want %d", len(got), err, len(content)-16)
		}
	})
}

// TestBlockingMode looks whether the files are what the rest of the program
// expects: in blocking mode, or the runtime would poll them.
func TestBlockingMode(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		for _, opts := range []vfs.CreateOptions{{KeepPartial: true}, {KeepPartial: true}, {Append: true}} {
			w, err := s.Create(t.Context(), "/f", opts)
			if err != nil {
				t.Fatal(err)
			}
			flags := fileFlags(t, w.(vfs.Filer).File())
			if (flags&syscall.O_APPEND != 0) != opts.Append {
				t.Errorf("flags %#x with %+v", flags, opts)
			}
			if s.Confinement() == "openat2" && flags&syscall.O_NONBLOCK != 0 {
				t.Errorf("the file is in non-blocking mode")
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func fileFlags(t *testing.T, f *os.File) uintptr {
	t.Helper()
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, f.Fd(), syscall.F_GETFL, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	return flags
}

// TestAccessTime sees that setting the one time leaves the other.
func TestAccessTime(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		if err := os.WriteFile(s.path("/f"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		want := time.Date(1999, 1, 2, 3, 4, 5, 0, time.UTC)
		if err := os.Chtimes(s.path("/f"), want, time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := s.SetModTime(t.Context(), "/f", time.Date(2020, 1, 1, 0, 0, 0, 123456789, time.UTC)); err != nil {
			t.Fatal(err)
		}
		fi, err := os.Stat(s.path("/f"))
		if err != nil {
			t.Fatal(err)
		}
		st := fi.Sys().(*syscall.Stat_t)
		if got := time.Unix(st.Atim.Unix()); !got.Equal(want) {
			t.Errorf("the time of access is %v, was %v", got, want)
		}
	})
}

// TestInheritedGroup keeps the setgid bit that a new directory gets from the one
// it is in.
func TestInheritedGroup(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		if err := os.Chmod(s.dir, 0o755|fs.ModeSetgid); err != nil {
			t.Fatal(err)
		}
		if err := s.Mkdir(t.Context(), "/d", 0o777); err != nil {
			t.Fatal(err)
		}
		info, err := s.Stat(t.Context(), "/d")
		if err != nil || info.Mode != fs.ModeDir|fs.ModeSetgid|0o777 {
			t.Errorf("the new directory has %v, %v", info.Mode, err)
		}
	})
}

// TestDescriptors counts what stays open after everything was done once, and
// once more with errors.
func TestDescriptors(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		ctx := t.Context()
		work := func() {
			_ = s.Mkdir(ctx, "/d", 0o755)
			for _, name := range []string{"/d/f", "/d", "/none/f", "/d/f/g", "/fifo"} {
				if w, err := s.Create(ctx, name, vfs.CreateOptions{Lock: true}); err == nil {
					if _, err := s.Create(ctx, name, vfs.CreateOptions{Lock: true}); err == nil {
						t.Error("a locked file was opened")
					}
					_ = w.Commit(ctx)
				}
				if r, err := s.Open(ctx, name, 1); err == nil {
					_ = r.Close()
				}
				for _, err := range s.List(ctx, name) {
					if err == nil {
						break
					}
				}
				_, _ = s.Create(ctx, name, vfs.CreateOptions{Offset: 99})
				_, _ = s.Stat(ctx, name)
				_, _ = s.ReadLink(ctx, name)
				_ = s.Chmod(ctx, name, 0o755)
				_ = s.Chown(ctx, name, -1, -1)
				_ = s.SetModTime(ctx, name, time.Now())
				_ = s.Rename(ctx, name, "/d/sub/x")
			}
		}
		if err := s.Mkfifo("/fifo"); err != nil {
			t.Fatal(err)
		}
		work()
		before := openDescriptors(t)
		for range 20 {
			work()
		}
		// The runtime may open one of its own meanwhile, to poll with.
		if after := openDescriptors(t); after > before+3 {
			t.Errorf("%d descriptors are open, %d before", after, before)
		}
	})
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func BenchmarkOpen(b *testing.B) {
	newTrees := map[string]func(string) (tree, error){"os.Root": newRootTree, "openat2": kernelTreeWith(Options{})}
	for name, newTree := range newTrees {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			tr, err := newTree(dir)
			if err != nil {
				b.Skip(err)
			}
			s := store{&FS{tree: tr}, dir}
			defer func() { _ = s.Close() }()
			if err := os.MkdirAll(s.path("/a/b/c"), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(s.path("/a/b/c/f"), make([]byte, 4096), 0o644); err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 8192)
			b.ReportAllocs()
			for b.Loop() {
				r, err := s.Open(b.Context(), "/a/b/c/f", 0)
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = r.Read(buf)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
				if !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkList(b *testing.B) {
	s, err := New(b.TempDir(), Options{Beside: beside})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for i := range 10_000 {
		w, err := s.Create(b.Context(), fmt.Sprintf("/file-%d", i), vfs.CreateOptions{})
		if err == nil {
			err = w.Commit(b.Context())
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range s.List(b.Context(), "/") {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

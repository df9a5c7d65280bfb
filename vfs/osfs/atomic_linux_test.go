package osfs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"
	"testing"

	"ferry/vfs"
)

// asUser runs do as user and group, without further groups and capabilities on
// files, on a thread of its own.
func asUser(t *testing.T, uid, gid int, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	done := make(chan error)
	go func() {
		// The thread stays another user's, so it ends with the goroutine.
		runtime.LockOSThread()
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETGROUPS, 0, 0, 0); errno != 0 {
			done <- errno
			return
		}
		if err := errors.Join(syscall.Setfsgid(gid), syscall.Setfsuid(uid)); err != nil {
			done <- err
			return
		}
		do()
		close(done)
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// replaceAs replaces /f as a user.
func replaceAs(t *testing.T, s store, uid, gid int) {
	t.Helper()
	asUser(t, uid, gid, func() {
		w, err := s.Create(t.Context(), "/f", vfs.CreateOptions{Atomic: true, Perm: 0o600})
		if err != nil {
			t.Errorf("Create as %d:%d = %v", uid, gid, err)
			return
		}
		if _, err := io.WriteString(w, "after"); err != nil {
			t.Error(err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Errorf("Commit as %d:%d = %v", uid, gid, err)
		}
	})
}

// TestAtomicKeepsOwner replaces files of others.
func TestAtomicKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes files of others")
	}
	onNames(t, func(t *testing.T, s store) {
		for _, name := range []string{s.dir, s.path("/..")} {
			if err := os.Chmod(name, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			what          string
			uid, gid      int // of the file before
			mode          uint32
			byUID, byGID  int
			toUID, toGID  uint32
			toMode        os.FileMode
			cannotReplace bool
		}{
			{what: "root keeps all", uid: 1234, gid: 2345, mode: 0o640, toUID: 1234, toGID: 2345, toMode: 0o640},
			{what: "setuid goes", uid: 1234, gid: 2345, mode: 0o6755, toUID: 1234, toGID: 2345, toMode: 0o755},
			{what: "the group is ours", uid: 1234, gid: 2345, mode: 0o664, byUID: 3456, byGID: 2345, toUID: 3456, toGID: 2345, toMode: 0o664},
			{what: "nothing is ours", uid: 1234, gid: 2345, mode: 0o666, byUID: 3456, byGID: 4567, toUID: 3456, toGID: 4567, toMode: 0o666},
			{what: "the group had more", uid: 1234, gid: 2345, mode: 0o676, byUID: 3456, byGID: 4567, toUID: 3456, toGID: 4567, toMode: 0o666},
			{what: "may not write it", uid: 1234, gid: 2345, mode: 0o644, byUID: 3456, byGID: 4567, cannotReplace: true},
		} {
			t.Run(c.what, func(t *testing.T) {
				_ = os.Remove(s.path("/f"))
				err := errors.Join(
					os.WriteFile(s.path("/f"), []byte("before"), 0o600),
					os.Chown(s.path("/f"), c.uid, c.gid), syscall.Chmod(s.path("/f"), c.mode))
				if err != nil {
					t.Fatal(err)
				}
				if c.cannotReplace {
					asUser(t, c.byUID, c.byGID, func() {
						if _, err := s.Create(t.Context(), "/f", vfs.CreateOptions{Atomic: true}); !errors.Is(err, vfs.ErrPermission) {
							t.Errorf("Create = %v, want it refused", err)
						}
					})
					return
				}
				replaceAs(t, s, c.byUID, c.byGID)
				info, err := s.Stat(t.Context(), "/f")
				if err != nil {
					t.Fatal(err)
				}
				if info.UID != c.toUID || info.GID != c.toGID || info.Mode != c.toMode {
					t.Errorf("it is %v of %d:%d, want %v of %d:%d", info.Mode, info.UID, info.GID, c.toMode, c.toUID, c.toGID)
				}
			})
		}
	})
}

// TestAtomicDropBox uploads where nobody may look.
func TestAtomicDropBox(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	k, err := newKernelTree(t.TempDir(), Options{})
	if err != nil {
		t.Skip(err)
	}
	if err := k.close(); err != nil {
		t.Error(err)
	}
	s := newStore(t, kernelTreeWith(Options{}))
	if err := errors.Join(os.Chmod(s.path("/.."), 0o755), os.Chmod(s.dir, 0o733)); err != nil {
		t.Fatal(err)
	}
	replaceAs(t, s, 3456, 4567)
	if content, err := os.ReadFile(s.path("/f")); string(content) != "after" || err != nil {
		t.Errorf("it holds %q, %v", content, err)
	}
}

// TestAtomicUnnamed: a file without a name is what keeps a crash from
// leaving anything, on the file systems that Linux is mostly installed on.
func TestAtomicUnnamed(t *testing.T) {
	s := newStore(t, kernelTreeWith(Options{}))
	w, err := s.Create(t.Context(), "/f", vfs.CreateOptions{Atomic: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, hidden := s.onDisk(t, "/"); len(hidden) > 0 {
		t.Skipf("this file system gives %q a name", hidden)
	}
	if st, err := w.(vfs.Filer).File().Stat(); err != nil || st.Sys().(*syscall.Stat_t).Nlink != 0 {
		t.Errorf("it has a name, or %v", err)
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestAtomicCopies begins with the content that is there, whatever way the kernel
// copies it.
func TestAtomicCopies(t *testing.T) {
	onNames(t, func(t *testing.T, s store) {
		before := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
		for offset, opts := range map[int]vfs.CreateOptions{
			len(before): {Append: true}, 1_000_001: {Offset: 1_000_001},
		} {
			opts.Atomic = true
			if err := os.WriteFile(s.path("/f"), before, 0o600); err != nil {
				t.Fatal(err)
			}
			w, err := s.Create(t.Context(), "/f", opts)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.(vfs.Filer).File().WriteString("end"); err != nil {
				t.Error(err)
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Error(err)
			}
			got, err := os.ReadFile(s.path("/f"))
			if err != nil || !bytes.Equal(got, append(before[:offset:offset], "end"...)) {
				t.Errorf("%+v: %d bytes, %v", opts, len(got), err)
			}
		}
	})
}

package ftpserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"ferry/internal/netx"
	"ferry/vfs"
)

func atomicUploads(w *world) { w.srv.Policy.Upload.Atomic = true }

// begin starts an upload, and sends content.
func (s *session) begin(command, content string) net.Conn {
	s.w.t.Helper()
	data := s.passive()
	s.do(command, "150")
	if _, err := io.WriteString(data, content); err != nil {
		s.w.t.Fatal(err)
	}
	synctest.Wait() // it has arrived
	return data
}

func TestAtomicUpload(t *testing.T) {
	inWorld(t, atomicUploads, func(w *world) {
		w.put("/old", "before")
		s := w.login()
		s.do("TYPE I", "200")
		for name, was := range map[string]string{"old": "before", "new": ""} {
			data := s.begin("STOR "+name, "after")
			if got, err := w.get("/" + name); got != was || was == "" && !errors.Is(err, vfs.ErrNotExist) {
				t.Errorf("while it is stored, %s holds %q, %v", name, got, err)
			}
			_ = data.Close()
			s.expect("226")
			if got, err := w.get("/" + name); got != "after" {
				t.Errorf("%s holds %q, %v", name, got, err)
			}
		}
		s.store("APPE old", ", and more")
		s.do("REST 3", "350")
		s.store("STOR new", "!")
		for name, want := range map[string]string{"/old": "after, and more", "/new": "aft!"} {
			if got, err := w.get(name); got != want {
				t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
			}
		}
		s.do("REST 9", "350")
		s.passive()
		s.do("STOR new", "55")
	})
}

// What fails leaves what was there, whatever delete_failed_uploads says.
func TestAtomicUploadFails(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		inWorld(t, func(w *world) {
			atomicUploads(w)
			w.srv.Policy.Upload.DeleteFailed = deleted
		}, func(w *world) {
			w.put("/old", "before")
			s := w.login()
			for _, command := range []string{"STOR old", "APPE old", "STOR new", "STOU"} {
				data := s.begin(command, "part")
				_ = netx.Abort(data)
				s.expect("426")
				s.begin(command, "part")
				s.do("ABOR", "426")
				s.expect("226")
				if got, err := w.get("/old"); got != "before" {
					t.Errorf("%s: the old file holds %q, %v", command, got, err)
				}
			}
			s.begin("STOR old", "part")
			_ = s.conn.Close()
			synctest.Wait()
			for info, err := range w.fs.List(t.Context(), "/") {
				if info.Name != "old" || err != nil {
					t.Errorf("there is %q, %v", info.Name, err)
				}
			}
			if got, err := w.get("/old"); got != "before" {
				t.Errorf("the old file holds %q, %v", got, err)
			}
		})
	}
}

// Of two at a time the second is refused, or takes another name.
func TestAtomicUploadTogether(t *testing.T) {
	inWorld(t, atomicUploads, func(w *world) {
		w.put("/old", "before")
		a, b := w.login(), w.login()
		for _, name := range []string{"old", "new"} {
			data := a.begin("STOR "+name, "first")
			b.passive()
			b.do("STOR "+name, "450")
			_ = data.Close()
			a.expect("226")
			b.store("STOR "+name, "second")
		}
		first := a.begin("STOU x", "first")
		second := b.passive()
		b.do("STOU x", "150 FILE: x.1")
		_ = first.Close()
		_ = second.Close()
		a.expect("226")
		b.expect("226")
	})
}

// failingEnd is a store whose Writers fail when they end.
type failingEnd struct {
	vfs.FS
	err error
}

func (f failingEnd) Create(ctx context.Context, name string, o vfs.CreateOptions) (vfs.Writer, error) {
	w, err := f.FS.Create(ctx, name, o)
	return failingCommit{w, f.err}, err
}

type failingCommit struct {
	vfs.Writer
	err error
}

func (w failingCommit) Commit(context.Context) error { return errors.Join(w.err, w.Abort(w.err)) }

// Some disks say only at the end that they are full.
func TestFullAtTheEnd(t *testing.T) {
	for errno, code := range map[syscall.Errno]string{
		syscall.ENOSPC: "452", syscall.EDQUOT: "552", syscall.EFBIG: "552", syscall.EIO: "451",
	} {
		for _, op := range []string{"fsync", "close", "rename"} {
			inWorld(t, func(w *world) {
				atomicUploads(w)
				err := fmt.Errorf("commit: %w", &fs.PathError{Op: op, Path: "/old", Err: os.NewSyscallError(op, errno)})
				w.user.FS = failingEnd{w.fs, err}
			}, func(w *world) {
				w.put("/old", "before")
				s := w.login()
				data := s.begin("STOR old", "after")
				_ = data.Close()
				s.expect(code)
				s.do("NOOP", "200")
				if got, err := w.get("/old"); got != "before" {
					t.Errorf("%v: the old file holds %q, %v", errno, got, err)
				}
			})
		}
	}
}

// An upload that cannot be given away is none: the store hands no file out.
func TestUploadNotGivenAway(t *testing.T) {
	inWorld(t, func(w *world) {
		atomicUploads(w)
		w.srv.Policy.Upload.GiveAway = func(context.Context, *os.File) error { return nil }
	}, func(w *world) {
		s := w.login()
		data := s.begin("STOR new", "content")
		_ = data.Close()
		s.expect("451")
		if _, err := w.fs.Stat(t.Context(), "/new"); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	})
}

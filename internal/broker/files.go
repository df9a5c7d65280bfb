package broker

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"ferry/vfs"
)

func isInterrupt(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// isHangUp says whether an error means that the other end was closed, or ours.
func isHangUp(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrClosed)
}

// check is what every operation does first. The broker does it again.
func check(ctx context.Context, op, name string) error {
	var err error
	switch {
	case !vfs.Valid(name):
		err = vfs.ErrInvalid
	case len(name) > vfs.MaxName:
		err = vfs.ErrNameTooLong
	default:
		if err = ctx.Err(); err == nil {
			return nil
		}
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// on makes a call on one name.
func (s *Session) on(ctx context.Context, op operation, opName, name string, rest func(e *encoder), take func(d *decoder, passed int) error) error {
	if err := check(ctx, opName, name); err != nil {
		return err
	}
	return s.do(ctx, request{op: op, opName: opName, name: name, take: take, put: func(e *encoder) {
		e.str(name)
		if rest != nil {
			rest(e)
		}
	}})
}

// change makes a call that changes something.
func (s *Session) change(ctx context.Context, op operation, opName, name string, rest func(e *encoder)) error {
	defer s.changes.Add(1)
	return s.on(ctx, op, opName, name, rest, nil)
}

// Stat implements vfs.FS.
func (s *Session) Stat(ctx context.Context, name string) (vfs.Info, error) {
	return s.stat(ctx, opStat, "stat", name)
}

// Lstat implements vfs.FS.
func (s *Session) Lstat(ctx context.Context, name string) (vfs.Info, error) {
	return s.stat(ctx, opLstat, "lstat", name)
}

func (s *Session) stat(ctx context.Context, op operation, opName, name string) (vfs.Info, error) {
	var i vfs.Info
	err := s.on(ctx, op, opName, name, nil, func(d *decoder, passed int) error {
		i = d.info()
		return nothingElse(d, passed)
	})
	return i, err
}

// Enter implements vfs.Enterer.
func (s *Session) Enter(ctx context.Context, name string) error {
	return s.on(ctx, opEnter, "enter", name, nil, nil)
}

// ReadLink implements vfs.LinkReader.
func (s *Session) ReadLink(ctx context.Context, name string) (string, error) {
	var target string
	err := s.on(ctx, opReadLink, "readlink", name, nil, func(d *decoder, passed int) error {
		target = d.str()
		return nothingElse(d, passed)
	})
	return target, err
}

// Remove implements vfs.FS.
func (s *Session) Remove(ctx context.Context, name string) error {
	return s.change(ctx, opRemove, "remove", name, nil)
}

// Rmdir implements vfs.FS.
func (s *Session) Rmdir(ctx context.Context, name string) error {
	return s.change(ctx, opRmdir, "rmdir", name, nil)
}

// Rename implements vfs.FS.
func (s *Session) Rename(ctx context.Context, from, to string) error {
	for _, name := range []string{from, to} {
		if err := check(ctx, "rename", name); err != nil {
			return err
		}
	}
	return s.change(ctx, opRename, "rename", from, func(e *encoder) { e.str(to) })
}

// Mkdir implements vfs.FS.
func (s *Session) Mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	return s.change(ctx, opMkdir, "mkdir", name, func(e *encoder) { e.u32(uint32(perm)) })
}

// Chmod implements vfs.Chmodder.
func (s *Session) Chmod(ctx context.Context, name string, perm fs.FileMode) error {
	return s.change(ctx, opChmod, "chmod", name, func(e *encoder) { e.u32(uint32(perm)) })
}

// Chown implements vfs.Chowner. The session has no power to give files away; the
// kernel lets it choose among the user's groups.
func (s *Session) Chown(ctx context.Context, name string, uid, gid int) error {
	return s.change(ctx, opChown, "chown", name, func(e *encoder) {
		e.u64(uint64(int64(uid)))
		e.u64(uint64(int64(gid)))
	})
}

// SetModTime implements vfs.TimeSetter.
func (s *Session) SetModTime(ctx context.Context, name string, t time.Time) error {
	return s.change(ctx, opSetModTime, "settime", name, func(e *encoder) { e.time(t) })
}

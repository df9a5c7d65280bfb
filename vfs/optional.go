package vfs

import (
	"context"
	"io/fs"
	"time"
)

// Chmodder is a store that keeps permission bits.
type Chmodder interface {
	// Chmod sets the permission bits (including setuid, setgid and sticky, as
	// in fs.FileMode) of name, symbolic links followed.
	Chmod(ctx context.Context, name string, perm fs.FileMode) error
}

// Chowner is a store that keeps owners.
type Chowner interface {
	// Chown sets the owner of name, symbolic links not followed. A negative
	// number leaves that one unchanged.
	Chown(ctx context.Context, name string, uid, gid int) error
}

// TimeSetter is a store whose modification times can be set.
type TimeSetter interface {
	// SetModTime sets the time of the last change of the content, to at least
	// the whole second.
	SetModTime(ctx context.Context, name string, t time.Time) error
}

// CreationTimeSetter is a store whose creation times can be set (RFC 3659
// has the fact "create"; MFCT of draft-somers-ftp-mfxx sets it).
type CreationTimeSetter interface {
	SetCreationTime(ctx context.Context, name string, t time.Time) error
}

// LinkReader is a store that has symbolic links.
type LinkReader interface {
	// ReadLink returns where the symbolic link name points, as stored.
	ReadLink(ctx context.Context, name string) (string, error)
}

// Enterer is a store whose directories may be closed to this user though they can
// be seen.
type Enterer interface {
	// Enter says whether name, symbolic links followed, is a directory in which
	// files can be reached: else ErrNotDir or ErrPermission.
	Enter(ctx context.Context, name string) error
}

// Unwrapper is a decorator around another store.
type Unwrapper interface {
	Unwrap() FS
}

// As returns the first of fsys and what it wraps that has the ability T, so
// that a decorator need not repeat every optional method:
//
//	if c, ok := vfs.As[vfs.Chmodder](fsys); ok { ... }
//
// A decorator that must see a call (Restrict does) implements the ability
// itself and says with Has whether the store below has it.
func As[T any](fsys FS) (T, bool) {
	for {
		if t, ok := fsys.(T); ok {
			if h, ok := fsys.(haser); !ok || h.Has((*T)(nil)) {
				return t, true
			}
			var zero T
			return zero, false
		}
		u, ok := fsys.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		fsys = u.Unwrap()
	}
}

// haser is a decorator that implements abilities which the store below may
// lack: ability is a nil pointer to the interface asked for.
type haser interface{ Has(ability any) bool }

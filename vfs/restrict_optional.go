package vfs

import (
	"context"
	"io/fs"
	"time"
)

var (
	_ haser              = (*restricted)(nil)
	_ Chmodder           = (*restricted)(nil)
	_ Chowner            = (*restricted)(nil)
	_ TimeSetter         = (*restricted)(nil)
	_ CreationTimeSetter = (*restricted)(nil)
	_ LinkReader         = (*restricted)(nil)
	_ Enterer            = (*restricted)(nil)
)

// Has reports whether the store below has the ability. One that is not known
// here is denied, also if it is made of known ones.
func (r *restricted) Has(ability any) bool {
	var ok bool
	switch ability.(type) {
	case *FS:
		ok = true
	case *Chmodder:
		_, ok = As[Chmodder](r.below)
	case *Chowner:
		_, ok = As[Chowner](r.below)
	case *TimeSetter:
		_, ok = As[TimeSetter](r.below)
	case *CreationTimeSetter:
		_, ok = As[CreationTimeSetter](r.below)
	case *LinkReader:
		_, ok = As[LinkReader](r.below)
	case *Enterer:
		_, ok = As[Enterer](r.below)
	}
	return ok
}

// ability returns the store below as a T, if perm is allowed on name.
func ability[T any](r *restricted, op, name string, perm Perm) (T, error) {
	var zero T
	if err := r.check(op, name, perm); err != nil {
		return zero, err
	}
	t, ok := As[T](r.below)
	if !ok {
		return zero, &fs.PathError{Op: op, Path: name, Err: ErrUnsupported}
	}
	return t, nil
}

func (r *restricted) Chmod(ctx context.Context, name string, perm fs.FileMode) error {
	below, err := ability[Chmodder](r, "chmod", name, PermChmod)
	if err != nil {
		return err
	}
	return below.Chmod(ctx, name, perm)
}

func (r *restricted) Chown(ctx context.Context, name string, uid, gid int) error {
	below, err := ability[Chowner](r, "chown", name, PermChmod)
	if err != nil {
		return err
	}
	return below.Chown(ctx, name, uid, gid)
}

func (r *restricted) SetModTime(ctx context.Context, name string, t time.Time) error {
	below, err := ability[TimeSetter](r, "settime", name, PermSetTime)
	if err != nil {
		return err
	}
	return below.SetModTime(ctx, name, t)
}

func (r *restricted) SetCreationTime(ctx context.Context, name string, t time.Time) error {
	below, err := ability[CreationTimeSetter](r, "settime", name, PermSetTime)
	if err != nil {
		return err
	}
	return below.SetCreationTime(ctx, name, t)
}

func (r *restricted) ReadLink(ctx context.Context, name string) (string, error) {
	below, err := ability[LinkReader](r, "readlink", name, 0)
	if err != nil {
		return "", err
	}
	return below.ReadLink(ctx, name)
}

func (r *restricted) Enter(ctx context.Context, name string) error {
	below, err := ability[Enterer](r, "enter", name, 0)
	if err != nil {
		return err
	}
	return below.Enter(ctx, name)
}

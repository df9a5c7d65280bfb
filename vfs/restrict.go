package vfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"syscall"
)

// Restrict returns fsys as far as p allows it: the one place where permissions
// are enforced. What is not allowed gives ErrPermission, and the store does not
// see the call; a name that is not Valid gives ErrInvalid, as no rule about
// names would hold for it.
//
// The abilities of optional.go work through As where the store has them. Any
// other ability of the store is out of reach, for nobody would check it: a
// restricted store is no Unwrapper.
func Restrict(fsys FS, p Policy) FS { return &restricted{fsys, p} }

type restricted struct {
	below  FS
	policy Policy
}

// check says whether perm is allowed on name.
func (r *restricted) check(op, name string, perm Perm) error {
	switch {
	case !Valid(name):
		return &fs.PathError{Op: op, Path: name, Err: ErrInvalid}
	case !r.policy.Allowed(name).Has(perm), r.policy.denied(name):
		return refused(op, name)
	}
	return nil
}

func refused(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: ErrPermission}
}

func (r *restricted) Stat(ctx context.Context, name string) (Info, error) {
	if err := r.check("stat", name, 0); err != nil {
		return Info{}, err
	}
	return r.below.Stat(ctx, name)
}

func (r *restricted) Lstat(ctx context.Context, name string) (Info, error) {
	if err := r.check("lstat", name, 0); err != nil {
		return Info{}, err
	}
	return r.below.Lstat(ctx, name)
}

func (r *restricted) List(ctx context.Context, name string) iter.Seq2[Info, error] {
	if err := r.check("list", name, PermList); err != nil {
		return func(yield func(Info, error) bool) { yield(Info{}, err) }
	}
	hidden := r.policy.Hidden
	if hidden == nil {
		return r.below.List(ctx, name)
	}
	return func(yield func(Info, error) bool) {
		for info, err := range r.below.List(ctx, name) {
			if err == nil && hidden(path.Join(name, info.Name)) {
				continue
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

func (r *restricted) Open(ctx context.Context, name string, offset int64) (Reader, error) {
	if err := r.check("open", name, PermRead); err != nil {
		return nil, err
	}
	if !r.policy.mayRead(name) {
		return nil, refused("open", name)
	}
	reader, err := r.below.Open(ctx, name, offset)
	if err != nil {
		return nil, err
	}
	if want := r.policy.ReadMode.Perm(); reader.Info().Mode&want != want {
		// As if the system had refused: it is the file's mode that does.
		err := &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%w: %w", ErrPermission, syscall.EACCES)}
		return nil, errors.Join(err, reader.Close())
	}
	return reader, nil
}

// Create leaves it to the store to find out, in one step with opening the
// file, whether there is one: it may only make a file, or only use one.
func (r *restricted) Create(ctx context.Context, name string, opts CreateOptions) (Writer, error) {
	if err := r.check("create", name, 0); err != nil {
		return nil, err
	}
	if !r.policy.mayWrite(name) {
		return nil, refused("create", name)
	}
	if opts.Exclusive && opts.Existing {
		return nil, &fs.PathError{Op: "create", Path: name, Err: ErrInvalid}
	}
	existing := PermOverwrite
	if opts.Append {
		existing = PermAppend
	}
	allowed := r.policy.Allowed(name)
	mayMake := allowed.Has(PermCreate) && !opts.Existing
	mayUse := allowed.Has(existing) && !opts.Exclusive
	switch {
	case mayMake && mayUse:
		return r.below.Create(ctx, name, opts)
	case mayMake:
		forced := !opts.Exclusive
		opts.Exclusive = true
		w, err := r.below.Create(ctx, name, opts)
		if forced && errors.Is(err, ErrExist) {
			return nil, &fs.PathError{Op: "create", Path: name, Err: ErrTaken}
		}
		return w, err
	case mayUse:
		forced := !opts.Existing
		opts.Existing = true
		w, err := r.below.Create(ctx, name, opts)
		if forced && errors.Is(err, ErrNotExist) {
			return nil, refused("create", name)
		}
		return w, err
	}
	return nil, refused("create", name)
}

func (r *restricted) Remove(ctx context.Context, name string) error {
	if err := r.check("remove", name, PermDelete); err != nil {
		return err
	}
	return r.below.Remove(ctx, name)
}

func (r *restricted) Mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	if err := r.check("mkdir", name, PermMkdir); err != nil {
		return err
	}
	return r.below.Mkdir(ctx, name, perm)
}

func (r *restricted) Rmdir(ctx context.Context, name string) error {
	if err := r.check("rmdir", name, PermRmdir); err != nil {
		return err
	}
	return r.below.Rmdir(ctx, name)
}

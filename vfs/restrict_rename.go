package vfs

import (
	"context"
	"errors"
)

// Rename looks at both names before the store renames, so somebody else may
// make a file of the new name in between, and lose it. That somebody has the
// right to make files there, no rule about a name is broken by it, and few
// stores could do better.
func (r *restricted) Rename(ctx context.Context, from, to string) error {
	if err := r.check("rename", from, PermRename); err != nil {
		return err
	}
	if err := r.check("rename", to, PermRename); err != nil {
		return err
	}
	if from != to && !r.policy.Allowed(to).Has(PermOverwrite) {
		switch _, err := r.below.Lstat(ctx, to); {
		case err == nil:
			return refused("rename", to)
		case !errors.Is(err, ErrNotExist):
			return err
		}
	}
	if !r.policy.mayBecome(from, to) {
		switch info, err := r.below.Lstat(ctx, from); {
		case err != nil:
			return err
		case !info.IsDir():
			return refused("rename", to)
		}
	}
	if r.policy.AllowAt != nil && from != to && from != "/" && to != "/" {
		if err := r.mayMove(ctx, from, to); err != nil {
			return err
		}
	}
	return r.below.Rename(ctx, from, to)
}

// mayMove says whether from, and all that is below it, may get a name that
// begins with to.
func (r *restricted) mayMove(ctx context.Context, from, to string) error {
	info, err := r.below.Lstat(ctx, from)
	if err != nil {
		return err
	}
	if !r.mayTake(from, to, info) {
		return refused("rename", from)
	}
	if !info.IsDir() {
		return nil
	}
	return walk(ctx, r.below, from, func(name string, info Info, err error) error {
		switch {
		case errors.Is(err, ErrNotExist):
			return nil // it went away meanwhile
		case err != nil:
			return err
		}
		if !r.mayTake(name, to+name[len(from):], info) {
			return refused("rename", from) // without a word of what is below it
		}
		return nil
	})
}

// mayTake says whether one file or directory may be renamed as AllowAt has it:
// both names allow that, and the new one does not make known what the old one
// kept.
func (r *restricted) mayTake(from, to string, info Info) bool {
	was, will := r.policy.Allowed(from), r.policy.Allowed(to)
	kept := PermRead
	if info.IsDir() {
		kept = PermList
	}
	return (was & will).Has(PermRename) && (was.Has(kept) || !will.Has(kept))
}

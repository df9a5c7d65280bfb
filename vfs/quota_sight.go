package vfs

import (
	"context"
	"errors"
)

// sight is what a look at a name has shown, symbolic links followed.
type sight struct {
	info    Info
	regular bool // there is a regular file
	missing bool // there is nothing
	known   bool // one could see what there is
}

func look(ctx context.Context, fsys FS, name string) sight {
	info, err := fsys.Stat(ctx, name)
	s := sight{missing: errors.Is(err, ErrNotExist)}
	s.known = err == nil || s.missing
	if s.regular = err == nil && info.IsRegular(); s.regular {
		s.info = info
	}
	return s
}

// isOf says whether it was the file that was seen.
func (s sight) isOf(f *writtenFile) bool {
	return s.regular && (f.id == "" || s.info.ID == f.id)
}

// put says whether, between two looks, another file came under the name.
func put(before, after sight) bool {
	return before.known && after.regular && (!before.regular || before.info.ID != after.info.ID)
}

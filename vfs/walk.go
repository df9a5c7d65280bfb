package vfs

import (
	"context"
	"path"
)

// walkBatch is how many directories a walk sees before it goes down into them.
const walkBatch = 64

// walk calls visit for everything below dir, each as Lstat describes it, a
// directory before what is in it; symbolic links are not followed. Where a
// directory cannot be read to its end, visit gets the name of the directory, no
// Info and the error, and the walk goes on. An error from visit ends it.
//
// What it holds in memory does not grow with the number of files. A directory
// stays open during a walk below it only where it has more than walkBatch
// directories.
func walk(ctx context.Context, fsys FS, dir string, visit func(name string, info Info, err error) error) error {
	var found []string
	descend := func() error {
		for _, name := range found {
			if err := walk(ctx, fsys, name, visit); err != nil {
				return err
			}
		}
		found = found[:0]
		return nil
	}
	for info, err := range fsys.List(ctx, dir) {
		if err != nil {
			if err := visit(dir, Info{}, err); err != nil {
				return err
			}
			break
		}
		name := path.Join(dir, info.Name)
		if err := visit(name, info, nil); err != nil {
			return err
		}
		if !info.IsDir() {
			continue
		}
		if found = append(found, name); len(found) == walkBatch {
			if err := descend(); err != nil {
				return err
			}
		}
	}
	return descend()
}

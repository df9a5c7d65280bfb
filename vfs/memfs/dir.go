package memfs

import (
	"context"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"ferry/vfs"
)

// permBits are the bits of a mode that a caller may set.
const permBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// List implements vfs.FS. The entries are those at the start, sorted by name,
// as far as they are still there.
func (f *FS) List(ctx context.Context, name string) iter.Seq2[vfs.Info, error] {
	return func(yield func(vfs.Info, error) bool) {
		dir, names, err := f.names(ctx, name)
		if err != nil {
			yield(vfs.Info{}, err)
			return
		}
		for _, base := range names {
			if err := ctx.Err(); err != nil {
				yield(vfs.Info{}, fail("list", name, err))
				return
			}
			f.mu.RLock()
			entry, ok := dir.children[base]
			var info vfs.Info
			if ok {
				info = entry.info(base)
				info.Target = ""
			}
			f.mu.RUnlock()
			if ok && !yield(info, nil) {
				return
			}
		}
	}
}

func (f *FS) names(ctx context.Context, name string) (*node, []string, error) {
	if err := begin(ctx, "list", name); err != nil {
		return nil, nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, err := f.find("list", name, true)
	if err != nil {
		return nil, nil, err
	}
	if !p.node.mode.IsDir() {
		return nil, nil, fail("list", name, vfs.ErrNotDir)
	}
	return p.node, slices.Sorted(maps.Keys(p.node.children)), nil
}

// Mkdir implements vfs.FS.
func (f *FS) Mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	return f.add(ctx, "mkdir", name, &node{mode: fs.ModeDir | perm&permBits, children: map[string]*node{}})
}

// Symlink makes a symbolic link to target, which need not exist.
func (f *FS) Symlink(target, name string) error {
	if target == "" {
		return fail("symlink", name, vfs.ErrNotExist) // as symlink(2)
	}
	return f.add(context.Background(), "symlink", name, &node{mode: fs.ModeSymlink | fs.ModePerm, target: target})
}

func (f *FS) add(ctx context.Context, op, name string, n *node) error {
	if err := begin(ctx, op, name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.walk(name, false)
	if err == nil && p.node != nil {
		err = vfs.ErrExist
	}
	if err != nil {
		return fail(op, name, err)
	}
	f.make(p, n)
	return nil
}

// Remove implements vfs.FS.
func (f *FS) Remove(ctx context.Context, name string) error {
	if err := begin(ctx, "remove", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.find("remove", name, false)
	if err != nil {
		return err
	}
	if p.node.mode.IsDir() {
		return fail("remove", name, vfs.ErrIsDir)
	}
	f.unlink(p)
	return nil
}

// Rmdir implements vfs.FS.
func (f *FS) Rmdir(ctx context.Context, name string) error {
	if err := begin(ctx, "rmdir", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.find("rmdir", name, false)
	switch {
	case err != nil:
		return err
	case p.node == f.root:
		return fail("rmdir", name, vfs.ErrInvalid)
	case !p.node.mode.IsDir():
		return fail("rmdir", name, vfs.ErrNotDir)
	case len(p.node.children) > 0:
		return fail("rmdir", name, vfs.ErrNotEmpty)
	}
	f.unlink(p)
	return nil
}

// Rename implements vfs.FS. As rename(2) does, it lets a directory replace an
// empty directory.
func (f *FS) Rename(ctx context.Context, from, to string) error {
	if err := begin(ctx, "rename", from); err != nil {
		return err
	}
	if err := begin(ctx, "rename", to); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	src, err := f.find("rename", from, false)
	if err != nil {
		return err
	}
	dst, err := f.walk(to, false)
	if err != nil {
		return fail("rename", to, err)
	}
	if src.node == f.root || dst.node == f.root || src.node.mode.IsDir() && dst.dir.isBelow(src.node) {
		return fail("rename", to, vfs.ErrInvalid)
	}
	if src.node == dst.node {
		return nil
	}
	if dst.node != nil {
		switch {
		case dst.node.mode.IsDir() && !src.node.mode.IsDir():
			return fail("rename", to, vfs.ErrIsDir)
		case !dst.node.mode.IsDir() && src.node.mode.IsDir():
			return fail("rename", to, vfs.ErrNotDir)
		case len(dst.node.children) > 0:
			return fail("rename", to, vfs.ErrNotEmpty)
		}
		f.unlink(dst)
	}
	f.unlink(src)
	f.link(place{dir: dst.dir, base: dst.base}, src.node)
	return nil
}

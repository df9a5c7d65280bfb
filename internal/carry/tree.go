package carry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ferry/ftpclient"
)

// maxDepth ends a tree that a server makes up as it goes.
const maxDepth = 100

// maxFolders ends one that grows in breadth, maxEntries and maxNames (bytes) end a
// listing that is made up so. They are variables for tests.
var (
	maxFolders int64 = 1 << 20
	maxEntries       = 1 << 20
	maxNames         = 64 << 20
)

// list reads a directory. With an error that wraps ftpclient.ErrLine there are
// lines that nobody understands, and entries beside them.
func (j *Job) list(ctx context.Context, dir string) ([]ftpclient.Entry, error) {
	var entries []ftpclient.Entry
	var bad error
	err := j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		entries, bad = nil, nil
		names := 0
		for e, err := range c.List(ctx, ListName(dir)) {
			switch {
			case errors.Is(err, ftpclient.ErrLine):
				bad = err
			case err != nil:
				return err
			default:
				entries = append(entries, e)
				if names += len(e.Name); len(entries) > maxEntries || names > maxNames {
					return fmt.Errorf("%w: more than %d entries in a directory, or too long ones", ErrName, maxEntries)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, bad
}

// place is a directory of the server, and the folder that it becomes.
type place struct {
	remote, folder string
	// above are the marks of the directories it is in, as far as the server tells
	// them: what contains itself is found out so.
	above []string
}

// below is a directory in it.
func (p *place) below(remote, folder, mark string) (*place, error) {
	if mark != "" && slices.Contains(p.above, mark) {
		return nil, fmt.Errorf("%w: %s contains itself", ErrName, remote)
	}
	if len(p.above) == maxDepth {
		return nil, fmt.Errorf("%w: %d directories within each other", ErrName, maxDepth)
	}
	return &place{remote, folder, append(slices.Clip(p.above), mark)}, nil
}

// tree brings what a directory has.
func (j *Job) tree(c *crew, root *os.Root, p *place) error {
	here := filepath.Join(root.Name(), p.folder)
	if c.folders.Add(1) > maxFolders {
		// The reason is told before what it breaks off is told of.
		err := j.fail(false, p.remote, here, fmt.Errorf("%w: more than %d directories", ErrName, maxFolders))
		c.cancel()
		return err
	}
	entries, failed := j.list(c.ctx, p.remote)
	if failed != nil {
		_ = j.fail(false, p.remote, here, failed)
	}
	remoteOf := func(i int) string { return join(p.remote, entries[i].Name) }
	return j.entries(c, root, p, entries, remoteOf, failed)
}

// entries has the crew bring entries of the server into a folder. remoteOf is the
// pathname of the one with that index, failed what went wrong before.
func (j *Job) entries(c *crew, root *os.Root, p *place, entries []ftpclient.Entry, remoteOf func(int) string, failed error) error {
	names := newNames(root, p.folder, entries)
	into := openFor(root, p.folder)
	defer into.leave()
	for i := range entries {
		e := &entries[i]
		there, here := remoteOf(i), filepath.Join(p.folder, e.Name)
		err := names.check(e.Name)
		switch {
		case err != nil:
		case e.IsDir() && !j.Recursive:
			j.skip(false, there, filepath.Join(root.Name(), here), "it "+ErrDirectory.Error())
		case e.IsDir():
			var next *place
			if next, err = p.below(there, here, e.ID); err == nil {
				err = local(ErrLocalWrite, root.MkdirAll(here, 0o777))
			}
			if err == nil {
				c.folder(func() error { return j.tree(c, root, next) })
			}
		case e.Mode&fs.ModeSymlink != 0:
			// Where it points is the server's matter, and may be a loop.
			j.skip(false, there, filepath.Join(root.Name(), here), "it is a symbolic link on the server")
		default:
			f := &file{remote: there}
			into.place(f, root, p.folder, e.Name, names.part(e.Name))
			f.known(e)
			c.file(func() error {
				defer into.leave()
				return j.fetch(c.context(), f)
			})
		}
		if err != nil {
			failed = some(failed, j.fail(false, there, filepath.Join(root.Name(), here), err))
		}
	}
	return failed
}

// some joins what happened to several files: one error stays, several become
// ErrSome.
func some(before, err error) error {
	if before == nil {
		return err
	}
	return ErrSome
}

// names are those of a directory that become names in a folder here.
type names struct {
	taken map[string]bool   // all of the listing, without regard to case, and parts
	used  map[string]string // what is carried, by what the file system may take it for
	folds bool              // the folder takes "a" for "A"
}

// newNames looks at the names of a listing and the folder they come into.
func newNames(root *os.Root, folder string, entries []ftpclient.Entry) *names {
	n := &names{taken: make(map[string]bool, len(entries)), used: make(map[string]string, len(entries))}
	clash := false
	for i := range entries {
		folded := fold(entries[i].Name)
		clash = clash || n.taken[folded]
		n.taken[folded] = true
	}
	n.folds = clash && foldsCase(root, folder)
	return n
}

// check refuses a name that is none of a file here, or that stands for the same
// file as one before.
func (n *names) check(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	key := name
	if n.folds {
		key = fold(name)
	}
	if other, ok := n.used[key]; ok {
		return fmt.Errorf("%w: %q and %q would be one file here", ErrName, other, name)
	}
	n.used[key] = name
	return nil
}

// part is what a file is called until it is whole: no name of the listing, and that
// of no other file until it is whole.
func (n *names) part(name string) string {
	part := name + partSuffix
	for n.taken[fold(part)] || n.taken[fold(part+partsSuffix)] || n.taken[fold(part+stateSuffix)] || n.taken[fold(part+stateSuffix+newSuffix)] {
		part += partSuffix
	}
	if part != name+partSuffix || strings.HasSuffix(fold(name), partSuffix) {
		n.taken[fold(part)] = true // one may be the other's by coincidence
	}
	return part
}

// fold makes names alike that differ in case only.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// foldsCase reports a folder whose file system takes names for the same that
// differ in case only: it knows the folder itself by another one. It is a variable
// for tests on those that do not.
var foldsCase = func(root *os.Root, folder string) bool {
	full, err := filepath.Abs(filepath.Join(root.Name(), folder))
	if err != nil {
		return false
	}
	for {
		dir, base := filepath.Split(full)
		other := strings.ToUpper(base)
		if other == base {
			other = strings.ToLower(base)
		}
		if other != base {
			mine, err := os.Lstat(full)
			if err != nil {
				return false
			}
			theirs, err := os.Lstat(dir + other)
			return err == nil && os.SameFile(mine, theirs)
		}
		above := filepath.Dir(full)
		if above == full {
			return false
		}
		full = above // a name without letters tells nothing
	}
}

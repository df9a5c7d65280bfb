package ftpserver

import (
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"
	"time"

	"ferry/internal/listing"
	"ferry/vfs"
)

// lister writes what LIST, NLST and STAT show of a path.
type lister struct {
	s    *session
	opts listing.Options
	arg  string // the path as the client wrote it

	dir     string           // the directory that is listed
	pattern *listing.Pattern // nil for all of it
	glob    string
	single  *vfs.Info // the one file that is listed, instead of a directory

	line func(b []byte, e *listing.Entry) []byte
}

// newLister finds out what the argument means: a file, a directory, or a
// pattern in one.
func (s *session) newLister(ctx context.Context, arg string, names bool) (*lister, error) {
	l := &lister{s: s}
	l.opts, l.arg = listing.ParseArgs(arg)
	l.arg = s.tilde(l.arg)
	l.opts.AlmostAll = l.opts.AlmostAll || s.policy.Listing.DotFiles
	l.opts.Recursive = l.opts.Recursive && s.policy.Listing.Recurse
	if err := l.find(ctx); err != nil {
		return nil, err
	}
	if names && !l.opts.Long {
		short := listing.Short{Prefix: listing.NamePrefix(l.arg, l.pattern != nil), Classify: l.opts.Classify}
		if l.single != nil {
			short.Prefix = ""
		}
		l.line = short.Append
		return l, nil
	}
	long := listing.Long{Now: time.Now(), Location: s.policy.Listing.Location, Classify: l.opts.Classify}
	switch {
	case s.policy.Listing.HideIDs:
		long.Owners = listing.OwnersHidden
	case s.policy.Listing.UserName != nil:
		long.Owners = listing.OwnersNames
	}
	l.line = long.Append
	return l, nil
}

// find decides between a file, a directory and a pattern. A name that exists is
// never taken for a pattern.
func (l *lister) find(ctx context.Context) error {
	s := l.s
	name, err := s.resolve(l.arg)
	if err != nil {
		return err
	}
	info, err := s.fsys.Stat(ctx, name)
	if err != nil {
		// A symbolic link that leads nowhere is still there to be listed.
		info, err = l.dangling(ctx, name, err)
	}
	switch {
	case err == nil && info.IsDir() && !l.opts.Directory:
		l.dir = name
		return nil
	case err == nil:
		info.Name = l.arg
		if l.arg == "" {
			info.Name = "."
		}
		l.dir, l.single = path.Dir(name), &info
		return nil
	case !errors.Is(err, vfs.ErrNotExist) || !listing.HasMeta(path.Base(name)):
		return err
	}
	l.dir, l.glob = path.Dir(name), path.Base(name)
	if l.pattern, err = listing.Compile(l.glob); err != nil {
		return err
	}
	dir, err := s.fsys.Stat(ctx, l.dir)
	if err == nil && !dir.IsDir() {
		err = vfs.ErrNotDir
	}
	return err
}

func (l *lister) dangling(ctx context.Context, name string, err error) (vfs.Info, error) {
	info, lerr := l.s.fsys.Lstat(ctx, name)
	if lerr != nil {
		return vfs.Info{}, err
	}
	return info, nil
}

// write sends the lines to w, in pieces of a moderate size.
func (l *lister) write(ctx context.Context, w io.Writer) error {
	out := newLineWriter(w)
	defer out.free()
	if l.single != nil {
		e := l.s.entry(ctx, l.dir, l.single)
		if err := out.add(l.line(out.buf, &e)); err != nil {
			return err
		}
		return out.flush()
	}
	if err := l.writeDir(ctx, out, l.dir, path.Clean(l.arg), true); err != nil {
		return err
	}
	return out.flush()
}

// maxDepth ends a recursive listing of a tree that is deeper than any pathname can
// be.
const maxDepth = vfs.MaxName / 2

// writeDir writes one directory, and with -R those below.
func (l *lister) writeDir(ctx context.Context, out *lineWriter, dir, shown string, first bool) error {
	if l.opts.Recursive {
		if err := out.add(listing.AppendHeading(out.buf, shown, first)); err != nil {
			return err
		}
	}
	var below []string
	for line, err := range l.sorted(ctx, dir) {
		if err != nil {
			return err
		}
		if err := out.add(append(out.buf, line.Text...)); err != nil {
			return err
		}
		if l.opts.Recursive && line.Dir && line.Name != "." && line.Name != ".." {
			below = append(below, line.Name)
		}
	}
	if strings.Count(dir, "/") > maxDepth {
		return nil
	}
	for _, name := range below {
		err := l.writeDir(ctx, out, path.Join(dir, name), strings.TrimSuffix(shown, "/")+"/"+name, false)
		// What is too deep to be named is left out, as what may not be read is.
		if err != nil && !errors.Is(err, vfs.ErrPermission) && !errors.Is(err, vfs.ErrNotExist) && !errors.Is(err, vfs.ErrNameTooLong) {
			return err
		}
	}
	return nil
}

// sorted yields the lines of the entries of a directory that are asked for, in the order
// that is asked for.
func (l *lister) sorted(ctx context.Context, dir string) iter.Seq2[listing.Line, error] {
	var tooHard error
	visible := func(name string) bool {
		if tooHard != nil || !l.opts.Visible(name, l.glob) {
			return false // what one name has shown to cost too much is not tried on the others
		}
		if l.pattern == nil {
			return true
		}
		ok, err := l.pattern.Match(name)
		if err != nil {
			tooHard = err
		}
		return ok
	}
	entries := l.s.entries(ctx, dir, visible)
	if l.opts.All && l.pattern == nil {
		entries = l.s.withDots(ctx, dir, entries)
	}
	sorted := l.opts.Sorter().Lines(entries, l.line)
	return func(yield func(listing.Line, error) bool) {
		for line, err := range sorted {
			if !yield(line, err) {
				return
			}
		}
		if tooHard != nil {
			yield(listing.Line{}, tooHard)
		}
	}
}

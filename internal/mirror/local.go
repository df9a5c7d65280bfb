package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// local is a directory of this machine. Whatever symbolic links there are in it,
// nothing outside of it is touched.
type local struct {
	dir  string
	root *os.Root // nil while it is not there
}

// openLocal opens a directory, if it is there.
func openLocal(dir string) (*local, error) {
	l := &local{dir: dir}
	root, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	default:
		l.root = root
	}
	return l, nil
}

func (l *local) close() {
	if l.root != nil {
		_ = l.root.Close() // nothing was written through it
	}
}

// localBatch is how many names of a directory are read at once.
const localBatch = 1024

// scan implements side.
func (l *local) scan(ctx context.Context, f *Filter) (*Dir, error) {
	if l.root == nil {
		return nil, nil
	}
	left := maxEntries
	d, err := l.list(ctx, f, "", maxDepth, &left)
	if err == nil && d.Unread {
		err = fmt.Errorf("%w: %s: %s", carry.ErrLocalRead, l.dir, d.Doubt)
	}
	return d, err
}

// list reads a directory and those in it.
func (l *local) list(ctx context.Context, filter *Filter, name string, depth int, left *int) (*Dir, error) {
	if depth == 0 {
		return &Dir{Doubt: fmt.Sprintf("there are more than %d directories within each other", maxDepth), Unread: true}, nil
	}
	f, err := l.root.Open(orRoot(name))
	if err != nil {
		return &Dir{Doubt: reasonOf(err), Unread: true}, nil
	}
	defer func() { _ = f.Close() }() // it is only read
	d := &Dir{}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := f.ReadDir(localBatch)
		if *left -= len(batch); *left < 0 {
			return nil, fmt.Errorf("%w: %s has more than %d files: sync parts of it", ErrEndless, l.dir, maxEntries)
		}
		for _, found := range batch {
			d.add(found)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.doubt(reasonOf(err))
			d.Unread = len(d.Entries) == 0
			break
		}
	}
	_ = f.Close() // before the next ones are opened
	d.sort()
	for i := range d.Entries {
		e := &d.Entries[i]
		below := path.Join(name, e.Name)
		if exclude(filter, d, e, below) || e.Kind != Folder {
			continue
		}
		if e.Dir, err = l.list(ctx, filter, below, depth-1, left); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// add takes in what a directory has by a name.
func (d *Dir) add(found fs.DirEntry) {
	info, err := found.Info()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return // it has gone meanwhile
	case err != nil:
		d.doubt(reasonOf(err))
		return
	}
	d.Entries = append(d.Entries, Entry{Name: found.Name(), State: *stateOfInfo(info)})
}

// exclude marks an entry that the filter leaves out.
func exclude(filter *Filter, d *Dir, e *Entry, name string) bool {
	excluded, err := filter.Excludes(name, e.Kind == Folder)
	if err != nil {
		d.doubt(fmt.Sprintf("%q: %v", e.Name, err))
	}
	e.Excluded = excluded
	return excluded
}

func stateOfInfo(info fs.FileInfo) *State {
	s := &State{Kind: kindOf(info.Mode()), Size: -1, Time: info.ModTime().UTC()}
	if s.Kind == File {
		s.Size = info.Size()
	}
	return s
}

// reasonOf is an error without the name of the file.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// look implements side.
func (l *local) look(_ context.Context, name Path) (*State, error) {
	if l.root == nil {
		return nil, nil
	}
	info, err := l.root.Lstat(filepath.FromSlash(string(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	return stateOfInfo(info), nil
}

// forget implements side.
func (l *local) forget() {}

// sum implements side.
func (l *local) sum(ctx context.Context, name Path, algorithm string) (string, error) {
	h := ftpclient.Algorithm(algorithm).New()
	f, err := l.root.Open(filepath.FromSlash(string(name)))
	if err != nil {
		return "", fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	defer func() { _ = f.Close() }() // it is only read
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	defer stop()
	if _, err := io.Copy(h, f); err != nil {
		return "", errors.Join(ctx.Err(), fmt.Errorf("%w: %w", carry.ErrLocalRead, err))
	}
	return formatSum(algorithm, h.Sum(nil)), nil
}

// exists implements side.
func (l *local) exists(context.Context) (bool, error) { return l.root != nil, nil }

// make implements side.
func (l *local) make(context.Context) error {
	if l.root != nil {
		return nil
	}
	err := os.MkdirAll(l.dir, 0o777)
	if err == nil {
		l.root, err = os.OpenRoot(l.dir)
	}
	return wrote(err)
}

// mkdir implements side.
func (l *local) mkdir(_ context.Context, name Path) error {
	return wrote(l.root.Mkdir(filepath.FromSlash(string(name)), 0o777))
}

// remove implements side. A directory stays.
func (l *local) remove(ctx context.Context, name Path) error {
	s, err := l.look(ctx, name)
	switch {
	case err != nil:
		return err
	case s.kind() == Folder:
		return fmt.Errorf("%w: it is a directory by now", ErrChanged)
	}
	return wrote(l.root.Remove(filepath.FromSlash(string(name))))
}

// rmdir implements side.
func (l *local) rmdir(_ context.Context, name Path) error {
	return wrote(l.root.Remove(filepath.FromSlash(string(name))))
}

// setTime implements side.
func (l *local) setTime(_ context.Context, name Path, t time.Time) error {
	return wrote(l.root.Chtimes(filepath.FromSlash(string(name)), t, t))
}

// wrote gives an error of this machine's file system its class.
func wrote(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", carry.ErrLocalWrite, err)
}

// localName refuses what is no name of a file on this system.
func localName(name string) error {
	if !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("%q is no name of a file here", name)
	}
	return nil
}

// remoteName refuses what cannot be said in a command of FTP.
func remoteName(name string) error {
	if strings.ContainsAny(name, "\r\n\x00") {
		return fmt.Errorf("%q is no name that can be sent to a server", name)
	}
	return nil
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/listing"
)

// lister lists for ls.
type lister struct {
	lsFlags
	client  *client
	conn    *ftpclient.Conn
	printer *printer
	limits  listLimits
	listed  int
}

// list lists what a path names: a directory, a file, or what matches a pattern.
func (l *lister) list(ctx context.Context, name string) error {
	dir, last := path.Split(name)
	if listing.HasMeta(last) {
		pattern, err := listing.Compile(last)
		if err != nil {
			return fmt.Errorf("%s: %w", last, err)
		}
		return l.directory(ctx, trimDir(dir), "", pattern, last, 0)
	}
	return l.directory(ctx, name, "", nil, "", 0)
}

// trimDir takes the slash from the end of a directory that is not the root.
func trimDir(dir string) string {
	if dir == "/" {
		return dir
	}
	return strings.TrimSuffix(dir, "/")
}

// directory lists one directory of the server, which is at below what is listed;
// pattern, if there is one, chooses from it.
func (l *lister) directory(ctx context.Context, dir, at string, pattern *listing.Pattern, literal string, depth int) error {
	var entries []ftpclient.Entry
	var below []string // the directories in it
	var bad, held error
	n, bytes := 0, 0
	named := depth == 0 && pattern == nil // what the path names may be a file
	show := func(e *ftpclient.Entry) error {
		if l.recursive && e.IsDir() {
			below = append(below, e.Name)
		}
		return l.printer.entry(e, at)
	}
	for e, err := range l.entries(ctx, dir) {
		switch {
		case errors.Is(err, ftpclient.ErrLine) && named && n == 0 && held == nil:
			held, bad = err, err // it may be the line of the file
			continue
		case errors.Is(err, ftpclient.ErrLine):
			l.warn(err)
			bad = err
			continue
		case err != nil && n == 0 && named && ftpclient.Code(err).Permanent():
			// MLSD takes directories only.
			if e, statErr := describeRemote(ctx, l.conn, dir); statErr == nil && !e.IsDir() {
				return errors.Join(show(&e), l.printer.end())
			}
			return err
		case err != nil:
			return errors.Join(err, l.printer.end())
		}
		n++
		chosen, err := l.chosen(&e, pattern, literal)
		if err != nil {
			return err
		}
		if !chosen {
			continue
		}
		bytes += len(e.Name) + len(e.Target) + len(e.Owner) + len(e.Group) + len(e.ID)
		if l.listed++; (!l.unsorted || l.recursive) && (l.listed > l.limits.entries || bytes > l.limits.bytes) {
			return fmt.Errorf("%w: more than %d entries, or %d bytes of names; -U without -R prints them as they come", errTooLong, l.limits.entries, l.limits.bytes)
		}
		if !l.unsorted {
			entries = append(entries, e)
			continue
		}
		if err := show(&e); err != nil {
			return err
		}
	}
	if n == 0 && named && dir != "" && (held != nil || !l.hasMLSD()) {
		// LIST says nothing of what there is not, as of an empty directory, and
		// calls a file by the name that it was asked for.
		e, err := describeRemote(ctx, l.conn, dir)
		switch {
		case err == nil && !e.IsDir():
			return errors.Join(show(&e), l.printer.end())
		case err != nil && held == nil:
			return err
		}
	}
	if held != nil {
		l.warn(held)
	}
	if pattern != nil && l.listed == 0 {
		return fmt.Errorf("%w %s", errNoMatch, printable(literal))
	}
	l.sort(entries)
	for i := range entries {
		if err := show(&entries[i]); err != nil {
			return err
		}
	}
	entries = nil // the directories below have their own
	if err := l.printer.end(); err != nil {
		return err
	}
	return cmp.Or(l.descend(ctx, dir, at, below, depth), bad)
}

// warn tells of a line of a listing that is left out.
func (l *lister) warn(err error) {
	fmt.Fprintf(l.client.stderr, "ferry: warning: %s\n", printable(err.Error()))
}

// hasMLSD reports a server with listings that are made for programs.
func (l *lister) hasMLSD() bool {
	_, ok := l.conn.Feature("MLST")
	return ok
}

// descend lists the directories in one. What the server refuses of them is told,
// and the others are listed; the last refusal is returned.
func (l *lister) descend(ctx context.Context, dir, at string, below []string, depth int) error {
	if len(below) > 0 && depth == l.limits.depth {
		return fmt.Errorf("%w: %s: %d directories within each other", errTooLong, printable(at), depth)
	}
	var failed error
	for _, name := range below {
		there := path.Join(at, name)
		l.printer.heading(there)
		err := l.directory(ctx, joinRemote(dir, name), there, nil, "", depth+1)
		switch {
		case err == nil:
			continue
		case !ftpclient.Code(err).Permanent() && !errors.Is(err, ftpclient.ErrLine):
			return err // nothing more will come
		}
		l.client.tell(failed)
		failed = fmt.Errorf("%s: %w", printable(there), err)
	}
	return failed
}

// joinRemote is a name in a directory of the server.
func joinRemote(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

// chosen says whether an entry is to be printed: hidden ones where they are asked
// for, and what matches the pattern or is its very text.
func (l *lister) chosen(e *ftpclient.Entry, pattern *listing.Pattern, literal string) (bool, error) {
	shown := l.all || l.json || !strings.HasPrefix(e.Name, ".") || strings.HasPrefix(literal, ".")
	switch {
	case pattern == nil || !shown:
		return shown, nil
	case e.Name == literal:
		return true, nil
	}
	return pattern.Match(e.Name)
}

// sort puts entries in the order that is asked for.
func (l *lister) sort(entries []ftpclient.Entry) {
	slices.SortStableFunc(entries, func(a, b ftpclient.Entry) int {
		order := 0
		switch {
		case l.byTime:
			order = b.ModTime.Compare(a.ModTime)
		case l.bySize:
			order = cmp.Compare(b.Size, a.Size)
		}
		order = cmp.Or(order, strings.Compare(a.Name, b.Name))
		if l.reverse {
			return -order
		}
		return order
	})
}

// entries are those of a directory. A server without MLSD leaves names with a dot
// out, unless it is asked like ls; one that does not know the option is asked
// again without it.
func (l *lister) entries(ctx context.Context, dir string) iter.Seq2[ftpclient.Entry, error] {
	plain := l.conn.List(ctx, carry.ListName(dir))
	if !l.all || l.hasMLSD() {
		return plain
	}
	return func(yield func(ftpclient.Entry, error) bool) {
		n := 0
		for e, err := range l.conn.List(ctx, strings.TrimSuffix("-a "+carry.ListName(dir), " ")) {
			if n == 0 && err != nil {
				break // the option, or the directory: the other listing tells
			}
			n++
			if !yield(e, err) {
				return
			}
		}
		if n == 0 {
			plain(yield)
		}
	}
}

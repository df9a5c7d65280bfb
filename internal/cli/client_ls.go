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

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/listing"
)

// errNoMatch is a pattern to which no name fits.
var errNoMatch = errors.New("no name matches")

// errTooLong is a listing of which nobody knows the end.
var errTooLong = errors.New("too much to list")

// listLimits end a listing: a server may make its directories up as it goes, and
// what is to be sorted is kept.
type listLimits struct {
	entries int // of all directories together
	bytes   int // of the names of one directory
	depth   int
}

var usualLimits = listLimits{entries: 1 << 20, bytes: 64 << 20, depth: 100}

// lsFlags are those of ls.
type lsFlags struct {
	json, names, columns, all, human   bool
	recursive, reverse, byTime, bySize bool
	unsorted                           bool
}

func (f *lsFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "print an object a line: name, type, size, time, target, facts, and with -R path")
	flags.BoolVarP(&f.names, "names", "1", false, "print names alone, one a line; with -R their paths")
	flags.BoolVarP(&f.columns, "columns", "C", false, "print names alone, side by side as the terminal is wide")
	flags.BoolVarP(&f.all, "all", "a", false, "print names that begin with a dot too, and ask a server without MLSD for them")
	flags.BoolVarP(&f.human, "human", "h", false, "print sizes as 1.5K, 20.0M, 3.1G (K is 1024)")
	flags.BoolVarP(&f.recursive, "recursive", "R", false, "list the directories in it too")
	flags.BoolVarP(&f.byTime, "time", "t", false, "the newest first")
	flags.BoolVarP(&f.bySize, "size", "S", false, "the largest first")
	flags.BoolVarP(&f.unsorted, "unsorted", "U", false, "as the server sends it, each entry at once, however many there are")
	flags.BoolVarP(&f.reverse, "reverse", "r", false, "in the reverse order")
	flags.Bool("help", false, "help for ls") // -h is something else here
	cmd.MarkFlagsMutuallyExclusive("json", "names", "columns")
	cmd.MarkFlagsMutuallyExclusive("time", "size", "unsorted")
	cmd.MarkFlagsMutuallyExclusive("unsorted", "reverse")
	cmd.MarkFlagsMutuallyExclusive("unsorted", "columns")
	cmd.MarkFlagsMutuallyExclusive("human", "json")
}

func newLs(p *program) *cobra.Command {
	var f lsFlags
	cmd := &cobra.Command{
		Use:   "ls [flags] URL",
		Short: "List a directory of a server",
		Long: `List a directory of a server, or describe a file, in columns: permissions, owner,
group, size, time of the last change (UTC) and name, in the order of the names.

The last part of the path may be a pattern: * stands for any characters, ? for
one, [a-z] for one of a class, {a,b} for one of several texts. What matches is
described; a directory is not opened without -R. Quote it, or the shell looks for
files here.

Names that begin with a dot are left out without -a, but not by --json. On a
terminal directories, links and programs have colours, unless NO_COLOR is set.
-R goes into directories, not behind symbolic links.` + clientLong,
		Example: `  ferry ls ftp://ftp.example.com/pub
  ferry ls -htr ftp://ftp.example.com/pub
  ferry ls 'ftp://ftp.example.com/pub/*.iso'
  ferry ls --json ftpes://alice@ftp.example.com/ | jq -r 'select(.type == "file") | .name'`,
	}
	f.register(cmd)
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		t, err := oneURL(args)
		if err != nil {
			return err
		}
		return c.withConn(ctx, t, func(conn *ftpclient.Conn) error {
			l := &lister{lsFlags: f, client: c, conn: conn, printer: newPrinter(c, &f), limits: usualLimits}
			return l.list(ctx, t.Path)
		})
	})
}

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

package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
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

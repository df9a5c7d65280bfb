package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/carry"
	"ferry/internal/remote"
)

// transferFlags are those of get and put.
type transferFlags struct {
	recursive, resume, keepTime, tempName, json bool
	verify                                      verifyFlag
	limit                                       int64
	retries, parallel, segments                 int
	quiet                                       bool // standard output is taken
}

func (f *transferFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.recursive, "recursive", "r", false, "transfer directories with all that is in them")
	flags.BoolVarP(&f.resume, "continue", "c", false, "go on with a file of which the beginning is there, and leave out those that are whole; the last 4096 bytes of the beginning are compared")
	flags.BoolVarP(&f.keepTime, "times", "t", false, "keep the time of the last change")
	flags.Var(&f.verify, "verify", "compare at the end: `size`, or hash (a checksum of the whole file)")
	flags.Var(parsedFlag[int64]{&f.limit, "bytes", parseSize}, "limit", "the most `bytes` a second, such as 500K")
	flags.IntVar(&f.retries, "retries", defaultRetries, "how `often` a file is tried again after a fault that may pass: after 1 second, 2, 4, ...")
	flags.IntVarP(&f.parallel, "parallel", "P", 1, "how many `files` go at once, each on a connection of its own")
	flags.BoolVar(&f.json, "json", false, "print what happens as objects, one a line")
}

// defaultRetries is that of --retries.
const defaultRetries = 3

// maxConnections is how many a command makes to one server at most.
const maxConnections = 64

// verifyFlag is --verify.
type verifyFlag struct{ of carry.Verify }

// String implements pflag.Value.
func (f *verifyFlag) String() string { return "" }

// Type implements pflag.Value.
func (f *verifyFlag) Type() string { return "size|hash" }

// Set implements pflag.Value.
func (f *verifyFlag) Set(text string) error {
	switch text {
	case "size":
		f.of = carry.VerifySize
	case "hash":
		f.of = carry.VerifyHash
	default:
		return errors.New("want size or hash")
	}
	return nil
}

// check refuses what does not go together.
func (f *transferFlags) check(targets ...*remote.Target) error {
	switch {
	case f.retries < 0 || f.retries > 20:
		return errors.New("invalid argument for \"--retries\" flag: want a number from 0 to 20")
	case f.parallel < 1 || f.parallel > maxConnections:
		return fmt.Errorf("invalid argument for \"--parallel\" flag: want a number from 1 to %d", maxConnections)
	case f.segments < 0 || f.segments > maxConnections || max(1, f.segments)*f.parallel > maxConnections:
		return fmt.Errorf("invalid argument for \"--segments\" flag: want a number from 1 to %d, --parallel times as many connections included", maxConnections)
	}
	for _, t := range targets {
		switch {
		case t.Type == 'd':
			return fmt.Errorf("%s: a URL with ;type=d is a directory: use ferry ls", t)
		case t.Type == 'a' && (f.resume || f.verify.of != carry.VerifyNothing):
			return fmt.Errorf("%s: of a text (;type=a) bytes are not counted alike on both sides: no -c, no --verify", t)
		}
	}
	return nil
}

func newGet(p *program) *cobra.Command {
	var f transferFlags
	cmd := &cobra.Command{
		Use:   "get [flags] URL... [LOCAL]",
		Short: "Bring files from a server",
		Long: `Bring files from a server into the current directory, or to LOCAL: a directory
that exists or ends with a slash, or for one file its name, or - for standard
output. The last argument is LOCAL if it has no "://", so each of several URLs
needs its scheme.

A path may be a pattern (* ? [a-z] {a,b}, in each directory of it), which the
server does not see; quote it. A file of exactly that name comes first, and a
backslash makes the next character mean itself.

A file has a name that ends in .part until it is whole. Whatever names the server
sends, nothing is written outside of the target directory. Symbolic links of the
server are left out. With -r a directory DIR becomes a directory of that name, and
DIR/ with a slash brings only what is in it.

-P brings several files at once, --segments one large file in several ranges; each
takes a connection. A server that allows fewer connections gets fewer.` + clientLong,
		Example: `  ferry get ftp://ftp.example.com/pub/file
  ferry get -c --verify size ftpes://alice@ftp.example.com/big.iso /srv/
  ferry get -P 4 'ftp://ftp.example.com/pub/*.iso' images/
  ferry get -r -t ftp://ftp.example.com/pub mirror/`,
	}
	f.register(cmd)
	cmd.Flags().IntVar(&f.segments, "segments", 1, "in how many ranges at once a `file` of 2 MiB or more comes")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		to := ""
		if n := len(args); n > 1 && !strings.Contains(args[n-1], "://") {
			to, args = args[n-1], args[:n-1]
		}
		targets, err := someURLs(args)
		if err != nil {
			return err
		}
		if to == "" {
			if to, err = c.localDir(targets); err != nil {
				return err
			}
		}
		if err := f.checkGet(targets, to); err != nil {
			return err
		}
		f.quiet = to == standardStream
		w := c.newProgress(&f)
		w.many = w.many || len(targets) > 1
		return c.jobs(ctx, targets, &f, w, func(j *carry.Job, t *remote.Target) error {
			if to == standardStream {
				return j.DownloadTo(ctx, t.Path, c.stdout)
			}
			return j.Download(ctx, t.Path, to)
		})
	})
}

// standardStream is the LOCAL that is standard output or input.
const standardStream = "-"

// checkGet refuses what get cannot do.
func (f *transferFlags) checkGet(targets []*remote.Target, to string) error {
	if err := f.check(targets...); err != nil {
		return err
	}
	if to == standardStream {
		if f.recursive || f.resume || f.keepTime || f.json || f.segments > 1 || f.parallel > 1 {
			return errors.New("to standard output (-) files come one after the other, as they are: no -r, -c, -t, -P, --segments, --json; ferry get URL ./- brings a file of that name")
		}
	} else if info, err := os.Stat(to); len(targets) > 1 && !strings.HasSuffix(to, "/") && (err != nil || !info.IsDir()) {
		return fmt.Errorf("%s is no directory, and there are several URLs", to)
	}
	for _, t := range targets {
		if t.Path == "" && !f.recursive {
			return fmt.Errorf("%s names no file: give -r for all that the server has", t)
		}
		if t.Type == 'a' && f.segments > 1 {
			return fmt.Errorf("%s: a text (;type=a) has no ranges: no --segments", t)
		}
	}
	return nil
}

func newPut(p *program) *cobra.Command {
	var f transferFlags
	cmd := &cobra.Command{
		Use:   "put [flags] LOCAL... URL",
		Short: "Bring files to a server",
		Long: `Bring files to a server: into the directory of the URL if there is one or if the
URL ends with a slash, else for one file to that name. The only LOCAL may be - for
standard input, which needs a name on the server and is not sent twice.

Of directories (-r), symbolic links are left out that lead out of them or to
other directories. -P brings several files at once. A file is not sent in several
ranges: some servers cut a file off behind what is stored in its middle.` + clientLong,
		Example: `  ferry put report.pdf ftpes://alice@ftp.example.com/in/
  ferry put -c --verify size big.iso ftpes://alice@ftp.example.com/
  pg_dump work | ferry put --temp-name - ftpes://alice@ftp.example.com/work.sql
  ferry put -r --temp-name site/ ftpes://alice@ftp.example.com/www`,
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.tempName, "temp-name", false, "upload under a name that ends in .part, and rename it when the file is whole")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		if len(args) < 2 {
			return fmt.Errorf("want files, and a URL behind them, not %d arguments", len(args))
		}
		files := args[:len(args)-1]
		t, err := parseTarget(args[len(args)-1])
		if err != nil {
			return err
		}
		if err := f.checkPut(files, t); err != nil {
			return err
		}
		path := t.Path
		if len(files) > 1 && path != "" && !strings.HasSuffix(path, "/") {
			path += "/" // several files need a directory
		}
		w := c.newProgress(&f)
		w.many = w.many || len(files) > 1
		j, err := c.job(ctx, t, &f, w)
		if err != nil {
			return err
		}
		defer func() { _ = j.Pool.Close() }()
		return together(ctx, f.parallel, files, func(file string) error {
			var err error
			if file == standardStream {
				err = j.UploadFrom(ctx, c.stdin, path)
			} else {
				err = j.Upload(ctx, file, path)
			}
			if err != nil {
				return &clientError{t.String(), err}
			}
			return nil
		}, c.tell)
	})
}

// checkPut refuses what put cannot do.
func (f *transferFlags) checkPut(files []string, t *remote.Target) error {
	if err := f.check(t); err != nil {
		return err
	}
	if !slices.Contains(files, standardStream) {
		return nil
	}
	switch {
	case len(files) > 1:
		return errors.New("standard input (-) is one file: give no other with it; ./- is a file of that name")
	case f.resume || f.keepTime || f.recursive:
		return errors.New("standard input (-) has no beginning on the server, no time and no directories: no -c, -t, -r; ./- is a file of that name")
	case t.Path == "" || strings.HasSuffix(t.Path, "/"):
		return fmt.Errorf("%s: what comes from standard input (-) needs a name there", t)
	}
	return nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/remote"
)

func newRm(p *program) *cobra.Command {
	var recursive bool
	cmd := &cobra.Command{
		Use:   "rm [flags] URL...",
		Short: "Remove files of a server",
		Long: `Remove files of a server. Those that are there are removed even if another is not.
A path may be a pattern, as for ferry get. With -r directories go with all that is
in them; links go, and not what they point to.` + clientLong,
		Example: `  ferry rm ftpes://alice@ftp.example.com/old
  ferry rm 'ftpes://alice@ftp.example.com/logs/*.gz'
  ferry rm -r ftpes://alice@ftp.example.com/build`,
	}
	cmd.Flags().BoolVarP(&recursive, "recursive", "r", false, "remove directories with all that is in them, without asking")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		targets, err := someURLs(args)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if t.Path == "" {
				return fmt.Errorf("%s names no file of the server", t)
			}
		}
		f := &transferFlags{recursive: recursive, retries: defaultRetries, parallel: 1}
		w := c.newProgress(f)
		w.many = true
		return c.jobs(ctx, targets, f, w, func(j *carry.Job, t *remote.Target) error { return j.Remove(ctx, t.Path) })
	})
}

func newMkdir(p *program) *cobra.Command {
	return newEach(p, "mkdir", "Make directories on a server", "Make directories on a server.", (*ftpclient.Conn).Mkdir)
}

func newRmdir(p *program) *cobra.Command {
	return newEach(p, "rmdir", "Remove empty directories of a server", "Remove directories of a server that are empty.", (*ftpclient.Conn).Rmdir)
}

// newEach makes a command that does one thing to each URL.
func newEach(p *program, name, short, long string, do func(*ftpclient.Conn, context.Context, string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     name + " [flags] URL...",
		Short:   short,
		Long:    long + clientLong,
		Example: "  ferry " + name + " ftpes://alice@ftp.example.com/old",
	}
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		targets, err := someURLs(args)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if t.Path == "" {
				return fmt.Errorf("%s names no file of the server", t)
			}
		}
		var failed error
		for _, t := range targets {
			if failed != nil {
				fmt.Fprintln(c.stderr, "ferry:", shortly(failed))
			}
			err := c.withConn(ctx, t, func(conn *ftpclient.Conn) error { return do(conn, ctx, t.Path) })
			if err != nil {
				failed = err
			}
		}
		return failed
	})
}

// someURLs reads every argument before anything is done.
func someURLs(args []string) ([]*remote.Target, error) {
	if len(args) == 0 {
		return nil, errors.New("want a URL, such as ftp://ftp.example.com/file")
	}
	var targets []*remote.Target
	for _, arg := range args {
		t, err := parseTarget(arg)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return targets, nil
}

func newMv(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mv [flags] URL URL",
		Short: "Rename a file or directory of a server",
		Long: `Rename a file or directory of a server. The new name is a URL of the same server,
or a path from the root of the server on, with a slash in front.` + clientLong,
		Example: `  ferry mv ftpes://alice@ftp.example.com/in/a.txt ftpes://alice@ftp.example.com/done/a.txt
  ferry mv ftpes://alice@ftp.example.com/in/a.txt /done/a.txt`,
	}
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		if len(args) != 2 {
			return fmt.Errorf("want the URL of a file, and its new one, not %d arguments", len(args))
		}
		from, err := parseTarget(args[0])
		if err != nil {
			return err
		}
		to := args[1]
		if !strings.HasPrefix(to, "/") {
			t, err := parseTarget(to)
			if err != nil {
				return err
			}
			if t.User == "" {
				t.User, t.Password, t.HasPassword = from.User, from.Password, from.HasPassword
			}
			if !t.SameServer(from) {
				return fmt.Errorf("%s is at another server than %s", t, from)
			}
			to = t.Path
		}
		if from.Path == "" || to == "" {
			return errors.New("want a file or directory, not all of the server")
		}
		return c.withConn(ctx, from, func(conn *ftpclient.Conn) error { return conn.Rename(ctx, from.Path, to) })
	})
}

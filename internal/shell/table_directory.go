package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/carry"
)

func directoryCommands() []*command {
	return []*command{
		{name: "ls", usage: "[-OPTIONS] [DIRECTORY] [FILE | \"|COMMAND\"]", help: "List a directory, into a file or through a command if one is named. With options, such as -lt, the server lists it.", max: 3, args: "rl", connected: true, pipes: true, run: runLs},
		{name: "dir", usage: "[-OPTIONS] [DIRECTORY] [FILE | \"|COMMAND\"]", help: "List a directory in the server's own words (LIST).", max: 3, args: "rl", connected: true, pipes: true, run: runText("LIST")},
		{name: "nlist", usage: "[DIRECTORY] [FILE | \"|COMMAND\"]", help: "List the names of a directory alone (NLST).", max: 2, args: "rl", connected: true, pipes: true, run: runText("NLST")},
		{name: "mlsd", usage: "[DIRECTORY] [FILE | \"|COMMAND\"]", help: "List a directory with the facts as the server sends them (MLSD).", max: 2, args: "dl", connected: true, pipes: true, run: runText("MLSD")},
		{name: "mls", usage: "DIRECTORY... FILE", help: "List the names of several directories into a file; - is the terminal.", min: 2, max: -1, args: "r", connected: true, pipes: true, run: runSeveral("NLST")},
		{name: "mdir", usage: "DIRECTORY... FILE", help: "List several directories into a file; - is the terminal.", min: 2, max: -1, args: "r", connected: true, pipes: true, run: runSeveral("LIST")},
		{name: "pls", usage: "[DIRECTORY]", help: "List a directory through the pager.", max: 1, args: "r", connected: true, run: runPaged("ls")},
		{name: "pdir", usage: "[DIRECTORY]", help: "List a directory in the server's own words through the pager.", max: 1, args: "r", connected: true, run: runPaged("dir")},
		{name: "pmlsd", usage: "[DIRECTORY]", help: "List a directory with its facts through the pager.", max: 1, args: "d", connected: true, run: runPaged("mlsd")},
		{name: "cd", aliases: []string{"cwd"}, usage: "[DIRECTORY]", help: "Change the directory on the server; alone, to that of the login.", max: 1, args: "d", connected: true, run: runCd},
		{name: "cdup", usage: "", help: "Change to the directory above.", connected: true, run: runCdup},
		{name: "pwd", help: "Show the directory on the server.", connected: true, run: runPwd},
		{name: "mkdir", usage: "DIRECTORY...", help: "Make directories on the server.", min: 1, max: -1, args: "d", connected: true, changes: true, run: eachRemote((*ftpclient.Conn).Mkdir)},
		{name: "rmdir", usage: "DIRECTORY...", help: "Remove empty directories of the server.", min: 1, max: -1, args: "d", connected: true, changes: true, run: eachRemote((*ftpclient.Conn).Rmdir)},
	}
}

// splitListing takes the arguments of a listing apart.
func splitListing(args []arg) (options, dir string, to *arg, err error) {
	if len(args) > 0 && !args[0].pipe && strings.HasPrefix(args[0].text, "-") && args[0].text != "-" {
		options, args = args[0].text, args[1:]
	}
	if len(args) > 0 && !args[0].pipe {
		dir, args = args[0].text, args[1:]
	}
	if len(args) > 0 {
		to, args = &args[0], args[1:]
	}
	if len(args) > 0 {
		err = wrongUse("too many arguments: a name with spaces stands in double quotes")
	}
	return options, dir, to, err
}

func runLs(ctx context.Context, s *Shell, args []arg) error {
	options, dir, to, err := splitListing(args)
	switch {
	case err != nil:
		return err
	case options != "":
		return runText("LIST")(ctx, s, args) // the server knows what they mean
	}
	pattern := ""
	if len(args) > 0 && args[0].pattern && s.set.glob {
		dir, pattern = path.Split(dir)
		if _, err := path.Match(pattern, ""); err != nil {
			return wrongUse("%q is no pattern: a [ is never closed", pattern)
		}
	}
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	return s.output(ctx, to, false, func(w io.Writer) error {
		var bad error
		var entries []ftpclient.Entry
		for e, err := range c.List(ctx, carry.ListName(dir)) {
			switch {
			case errors.Is(err, ftpclient.ErrLine):
				bad = err
			case err != nil:
				return s.asFile(ctx, c, w, dir, err)
			case pattern != "" && !matches(pattern, e.Name):
			default:
				entries = append(entries, e)
			}
		}
		slices.SortFunc(entries, func(a, b ftpclient.Entry) int { return strings.Compare(a.Name, b.Name) })
		for i := range entries {
			if err := s.cfg.Entry(w, &entries[i]); err != nil {
				return err
			}
		}
		return bad
	})
}

// asFile describes what is no directory, as MLSD lists nothing else.
func (s *Shell) asFile(ctx context.Context, c *ftpclient.Conn, w io.Writer, name string, refused error) error {
	if name == "" || !ftpclient.Code(refused).Permanent() {
		return refused
	}
	e, err := c.Stat(ctx, name)
	if err != nil || e.IsDir() {
		return refused
	}
	e.Name = name
	return s.cfg.Entry(w, &e)
}

func runText(verb ftp.Verb) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		options, dir, to, err := splitListing(args)
		if err != nil {
			return err
		}
		c, err := s.conn(ctx)
		if err != nil {
			return err
		}
		name := strings.TrimSpace(options + " " + dir)
		if options == "" {
			name = carry.ListName(dir)
		}
		return s.output(ctx, to, true, func(w io.Writer) error {
			_, err := c.Text(ctx, w, verb, name)
			return err
		})
	}
}

func runSeveral(verb ftp.Verb) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		dirs, to := args[:len(args)-1], args[len(args)-1]
		c, err := s.conn(ctx)
		if err != nil {
			return err
		}
		return s.output(ctx, &to, true, func(w io.Writer) error {
			for _, dir := range dirs {
				if _, err := c.Text(ctx, w, verb, carry.ListName(dir.text)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func runPaged(name string) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		c, err := lookUp(s.table, name)
		if err != nil {
			return err
		}
		return c.run(ctx, s, append(args, arg{text: pager(), pipe: true}))
	}
}

func runCd(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	dir := s.link.home
	switch {
	case len(args) == 1:
		dir = args[0].text
	case dir == "":
		return wrongUse("the server does not say where the login began: cd DIRECTORY")
	}
	if err := c.Chdir(ctx, dir); err != nil {
		return err
	}
	s.whereami(ctx, s.link)
	return nil
}

func runCdup(ctx context.Context, s *Shell, _ []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	if _, err := c.Cmd(ctx, "CDUP", ""); err != nil {
		return err
	}
	s.whereami(ctx, s.link)
	return nil
}

func runPwd(ctx context.Context, s *Shell, _ []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	dir, err := c.Getwd(ctx)
	if err != nil {
		return err
	}
	s.link.dir = dir
	fmt.Fprintln(s.cfg.Output, s.cfg.Printable(dir))
	return nil
}

// eachRemote makes a command that does one thing to each name.
func eachRemote(do func(*ftpclient.Conn, context.Context, string) error) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		return each(ctx, s, texts(args), func(name string) error {
			c, err := s.conn(ctx)
			if err != nil {
				return err
			}
			return do(c, ctx, name)
		})
	}
}

// each does f to all, and goes on after a failure; the last one is returned, the
// others are told.
func each[T any](ctx context.Context, s *Shell, all []T, f func(T) error) error {
	var failed error
	for _, one := range all {
		err := f(one)
		if errors.Is(err, errEnough) {
			break
		}
		if errors.Is(err, errInterrupted) || ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		if err != nil {
			if failed != nil {
				s.tell(failed)
			}
			failed = err
		}
	}
	return failed
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/between"
	"ferry/internal/carry"
	"ferry/internal/remote"
	"ferry/internal/shell"
)

const shellLong = `Talk to a server in the manner of ftp(1): open, cd, ls, get, put, mget and so on;
help lists the commands. On a terminal there are completion with TAB, the arrow
keys and a history, and Ctrl-C ends a transfer or a line, not the shell.

From a pipe or a file there are no prompts and no questions: a command a line, a
line that begins with # is a comment. A command that fails does not end the
script, but the exit status tells of it: that of what failed, or 1 if several
commands failed differently. With --stop the first failure ends the script.`

func newShell(p *program) *cobra.Command {
	var stop, plain bool
	c := &client{program: p}
	cmd := &cobra.Command{
		Use:   "shell [flags] [URL]",
		Short: "Talk to a server, command by command",
		Long:  shellLong + clientLong,
		Example: `  ferry shell ftpes://alice@ftp.example.com/pub
  printf 'cd pub\nmget *.txt\n' | ferry shell --stop ftp.example.com`,
		Args: cobra.MaximumNArgs(1),
	}
	c.flags.register(cmd)
	c.offerCompletion(cmd)
	cmd.Flags().BoolVar(&stop, "stop", false, "end a script at its first failure")
	cmd.Flags().BoolVar(&plain, "plain-input", false, "read a terminal without the line editor")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := c.flags.check(); err != nil {
			return err
		}
		return c.runShell(cmd.Context(), shell.Config{Stop: stop, Plain: plain}, args)
	}
	return cmd
}

// runShell runs a shell, opening the first of the arguments if there is one.
func (c *client) runShell(ctx context.Context, cfg shell.Config, args []string) error {
	cfg.Input, cfg.Output, cfg.Errors = c.stdin, c.stdout, c.stderr
	cfg.Terminal = isTerminal(c.stdin) && isTerminal(c.stdout)
	cfg.Open, cfg.Explain, cfg.Status = c.openForShell, explain, statusOf
	cfg.Printable, cfg.Entry, cfg.Copy, cfg.Macros = printable, writeLong, between.File, remote.ReadMacros
	cfg.Level, cfg.Sites = c.flags.verbose, siteNames
	cfg.Dialogue = func(level int) *ftpclient.Trace {
		c.flags.verbose = level
		return c.trace()
	}
	cfg.Show = func(each bool) (tell func(carry.Event), done func()) {
		w := c.showProgress(false, each)
		return w.event, w.close
	}
	if cfg.Terminal {
		cfg.State = stateDir()
		cfg.Secret = func(question string) (string, error) { return askPassword(c.stdin, c.stderr, question) }
	} else {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
		defer stop()
		context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	}
	s, err := shell.New(cfg)
	if err != nil {
		return &failure{err}
	}
	target := ""
	if len(args) > 0 {
		target = args[0]
	}
	if status := s.Run(ctx, target); status != exitOK {
		return &shellError{status}
	}
	return nil
}

// writeLong writes an entry as ferry ls does.
func writeLong(w io.Writer, e *ftpclient.Entry) error {
	_, err := io.WriteString(w, longLine(e, exactly, printable(e.Name)))
	return err
}

// A shellError is the exit status of a shell that has told why.
type shellError struct{ status int }

// Error implements error.
func (e *shellError) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// explain puts an error into words, with the shell's commands for the flags that
// are the next step elsewhere.
func explain(err error) []string {
	e, ok := errors.AsType[*clientError](err)
	if !ok {
		e = &clientError{"", err}
	}
	lines := e.lines()
	for i := range lines {
		if strings.HasPrefix(lines[i], "  next:") {
			lines[i] = inShell.Replace(lines[i])
		}
	}
	return lines
}

// inShell are the commands that do what flags do.
var inShell = strings.NewReplacer("use --passive", "type passive", "try --active", "type active", "go on with -c", "go on with reget or reput",
	"start again without -c", "use get or put", "list the directory with ferry ls", "look with ls")

// openForShell opens what the shell's user has named.
func (c *client) openForShell(ctx context.Context, w shell.Where) (*shell.Server, error) {
	t, err := parseTarget(w.Target)
	if err != nil {
		return nil, err
	}
	if w.User != "" {
		t.User, t.Password, t.HasPassword = w.User, w.Password, w.HasPassword
	} else if w.Ask {
		if err := c.askUser(t); err != nil {
			return nil, err
		}
	}
	dir := t.Path
	t.Path = ""
	f, err := c.flags.at(t)
	if err != nil {
		return nil, err
	}
	pool, err := c.openPool(ctx, t, w)
	if err != nil {
		return nil, &clientError{t.String(), errors.Join(err, ctx.Err())}
	}
	name := t.Host
	if t.Port != 0 {
		name = strings.TrimSuffix(strings.TrimPrefix(t.String(), string(t.Scheme)+"://"), "/")
		if _, host, ok := strings.Cut(name, "@"); ok {
			name = host
		}
	}
	return &shell.Server{Pool: pool, Name: name, Host: t.Host, Dir: dir, ASCII: t.Type == 'a', Modes: f.ladder()}, nil
}

// openPool opens one connection. What the shell's user has named comes before the
// flags.
func (c *client) openPool(ctx context.Context, t *remote.Target, w shell.Where) (*ftpclient.Pool, error) {
	user, account := c.flags.user, c.flags.account
	defer func() { c.flags.user, c.flags.account = user, account }()
	c.flags.user, c.flags.account = cmp.Or(w.User, user), cmp.Or(w.Account, account)
	return c.open(ctx, t, 1)
}

// siteNames are the names of sites, for completion.
func siteNames() []string {
	sites, err := readSites()
	if err != nil {
		return nil // open tells
	}
	var names []string
	for _, s := range sites.All() {
		names = append(names, s.Name)
	}
	return names
}

// askUser asks who a person is, where nothing else says it.
func (c *client) askUser(t *remote.Target) error {
	f, err := c.flags.at(t)
	if err != nil || t.User != "" || f.user != "" || !isTerminal(c.stdin) {
		return err
	}
	if _, ok, err := c.lookUp(t.Host, ""); ok || err != nil {
		return err
	}
	name, err := askLine(c.stdin, c.stderr, "Name at "+t.Addr()+" (empty is anonymous): ")
	t.User = strings.TrimSpace(name)
	return err
}

// stateDir is where a program keeps what is worth keeping but no configuration; ""
// if there is no such place.
func stateDir() string {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ferry")
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		return filepath.Join(dir, "ferry")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "ferry")
}

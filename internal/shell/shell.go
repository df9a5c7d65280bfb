package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"time"
)

// Shell is one session: lines in, work on up to two servers, an exit status out.
type Shell struct {
	cfg   Config
	table []*command
	edit  editor

	link  *link  // the control connection; nil is none
	other *link  // that of proxy
	await *Where // a server that open has named and user will log in at

	here    string // the local directory
	set     settings
	macros  map[string][]string
	depth   int // of macros that call each other
	history *history
	names   nameCache
	asking  bool // a question is on the terminal: nothing is completed

	mu        sync.Mutex
	interrupt func() // of what Ctrl-C ends

	done   bool  // quit was said
	failed []int // exit statuses of the commands that failed
}

// New makes a Shell; Run starts it.
func New(cfg Config) (*Shell, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("no local directory: %w", err)
	}
	s := &Shell{cfg: cfg, here: here, macros: make(map[string][]string)}
	s.set = settings{prompt: cfg.Terminal && !cfg.NoPrompt, glob: !cfg.NoGlob, progress: true, hashMark: hashMark, extended: true, level: cfg.Level}
	s.table = commands()
	return s, nil
}

// Run opens target, unless that is "", and carries out lines until there are no
// more. It returns the exit status: 0 on a terminal; for a script that of what
// failed, or 1 if several commands failed differently.
func (s *Shell) Run(ctx context.Context, target string) int {
	stop := s.begin()
	defer stop()
	if target != "" {
		if s.do(ctx, "open "+quoteWord(target)) != nil && (!s.cfg.Terminal || s.cfg.Lines != nil) {
			return s.status()
		}
	}
	if s.cfg.Lines != nil {
		for _, line := range s.cfg.Lines {
			if s.do(ctx, line) != nil {
				break
			}
		}
		s.leave(ctx)
		return s.status()
	}
	for !s.done {
		line, err := s.read(ctx, s.prompt())
		switch {
		case errors.Is(err, errInterrupted) && ctx.Err() == nil:
			continue
		case errors.Is(err, errInterrupted):
			s.tell(context.Canceled)
			s.done = true
			continue
		case err != nil:
			if !errors.Is(err, io.EOF) {
				s.tell(err)
			}
			if s.cfg.Terminal {
				fmt.Fprintln(s.cfg.Output)
			}
			s.done = true
			continue
		}
		s.remember(line)
		if s.do(ctx, line) != nil && s.cfg.Stop && !s.cfg.Terminal {
			break
		}
		if ctx.Err() != nil {
			break
		}
	}
	s.leave(ctx)
	switch {
	case s.cfg.Terminal:
		return 0
	case ctx.Err() != nil:
		return s.cfg.Status(context.Canceled)
	}
	return s.status()
}

// begin makes the editor, and has Ctrl-C end what runs instead of the program.
func (s *Shell) begin() (stop func()) {
	if !s.cfg.Terminal {
		s.edit = newPlainEditor(s.cfg.Input, nil)
		return func() {}
	}
	plain := newPlainEditor(s.cfg.Input, s.cfg.Output)
	s.edit = plain
	if !s.cfg.Plain {
		if e, ok := newLineEditor(s.complete, plain); ok {
			s.edit = e
		}
	}
	if s.cfg.State != "" {
		s.history = openHistory(s.cfg.State)
		for _, line := range s.history.lines {
			s.edit.Remember(line)
		}
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
				s.interrupted()
			case <-ended:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(ended)
		if err := s.edit.Close(); err != nil {
			fmt.Fprintln(s.cfg.Errors, "ferry:", err)
		}
	}
}

// interrupted is what Ctrl-C does.
func (s *Shell) interrupted() {
	s.mu.Lock()
	f := s.interrupt
	s.mu.Unlock()
	if f != nil {
		f()
	}
}

// interruptible makes a context that the first Ctrl-C ends. The second one breaks
// the connection off, so that no server can hold the prompt back.
func (s *Shell) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	l := s.link
	again := false
	s.mu.Lock()
	before := s.interrupt
	s.interrupt = func() {
		cancel()
		if again && l != nil {
			_ = l.last.Load().Close() // the next command connects anew
		}
		again = true
	}
	s.mu.Unlock()
	return ctx, func() {
		s.mu.Lock()
		s.interrupt = before
		s.mu.Unlock()
		cancel()
	}
}

// read reads a line.
func (s *Shell) read(ctx context.Context, prompt string) (string, error) {
	ctx, cancel := s.interruptible(ctx)
	defer cancel()
	return s.edit.Line(ctx, prompt)
}

// do carries a line out, and says what went wrong.
func (s *Shell) do(ctx context.Context, line string) error {
	if len(line) > maxLine {
		err := &usageError{errLong.Error()}
		s.tell(err)
		return err
	}
	ctx, cancel := s.interruptible(ctx)
	defer cancel()
	err := s.carryOut(ctx, line)
	if err != nil {
		s.tell(err)
	}
	return err
}

// carryOut finds the command of a line and calls it. Macros come here too.
func (s *Shell) carryOut(ctx context.Context, line string) error {
	name, rest := splitCommand(line)
	if name == "" {
		return nil
	}
	c, err := lookUp(s.table, name)
	if err != nil {
		return err
	}
	if c.run == nil {
		return wrongUse("%s: %s", c.name, c.help)
	}
	args, err := c.parse(rest)
	if err != nil {
		return err
	}
	return s.call(ctx, c, args)
}

// call calls a command.
func (s *Shell) call(ctx context.Context, c *command, args []arg) error {
	if c.connected && s.link == nil {
		return errNotConnected
	}
	if c.changes {
		defer s.names.forget()
	}
	err := c.run(ctx, s, args)
	if err == nil && c.connected && s.link != nil {
		s.link.used = time.Now()
	}
	if ctx.Err() != nil && err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return err
}

// tell says what went wrong, and notes its exit status.
func (s *Shell) tell(err error) {
	var wrong *usageError
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintln(s.cfg.Errors, "ferry:", s.cfg.Printable(wrong.text))
		s.failed = append(s.failed, statusUsage)
	case errors.Is(err, errNotConnected):
		fmt.Fprintln(s.cfg.Errors, "ferry:", err)
		if len(s.failed) == 0 {
			s.failed = append(s.failed, statusUsage) // else what failed before says more
		}
	default:
		if errors.Is(err, errInterrupted) {
			err = context.Canceled
		}
		for i, line := range s.cfg.Explain(err) {
			if i == 0 {
				line = "ferry: " + line
			}
			fmt.Fprintln(s.cfg.Errors, line)
		}
		s.failed = append(s.failed, s.cfg.Status(err))
	}
	s.suspect(err)
}

// The exit statuses that no server has to do with.
const (
	statusFailed = 1
	statusUsage  = 2
)

// status is that of a script.
func (s *Shell) status() int {
	status := 0
	for _, f := range s.failed {
		switch status {
		case 0:
			status = f
		case f:
		default:
			return statusFailed
		}
	}
	return status
}

// say prints a line of an answer, fit for a terminal.
func (s *Shell) say(format string, args ...any) {
	fmt.Fprintln(s.cfg.Output, s.cfg.Printable(fmt.Sprintf(format, args...)))
}

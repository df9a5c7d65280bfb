package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// output does f with where the user wants its text: the terminal (nil or "-"), a
// command, or a file here. escape is for text in a server's own words, which is made
// fit for a terminal unless it goes into a file.
func (s *Shell) output(ctx context.Context, to *arg, escape bool, f func(io.Writer) error) error {
	screen := func(w io.Writer) error {
		if !escape {
			return f(w)
		}
		p := &printer{w: w, printable: s.cfg.Printable}
		return errors.Join(f(p), p.flush())
	}
	switch {
	case to == nil, !to.pipe && to.text == "-":
		return screen(s.cfg.Output)
	case to.pipe:
		return s.through(ctx, to.text, screen)
	}
	file, err := os.Create(s.local(to.text))
	if err != nil {
		return fmt.Errorf("%w: %w", carry.ErrLocalWrite, err)
	}
	err = f(file)
	if closeErr := file.Close(); closeErr != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", carry.ErrLocalWrite, closeErr))
	}
	return err
}

// through runs a command of this machine, and f with its standard input. That the
// command wants no more, as a pager that is left, is no error.
func (s *Shell) through(ctx context.Context, command string, f func(io.Writer) error) error {
	cmd := s.command(command)
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdin = read
	err = cmd.Start()
	_ = read.Close() // the command has its own
	if err != nil {
		_ = write.Close() // nobody reads it
		return wrongUse("%s cannot be started: %v", command, err)
	}
	err = f(write)
	_ = write.Close() // that is the end for the command
	ended := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return err
	case errors.Is(err, syscall.EPIPE):
		err = nil
	}
	return errors.Join(err, exitOf(command, ended))
}

// from runs a command of this machine, and f with its standard output.
func (s *Shell) from(command string, f func(io.Reader) error) error {
	cmd := s.command(command)
	cmd.Stdin = s.cfg.Input
	if !s.cfg.Terminal {
		cmd.Stdin = nil // the script is no input of it
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout = write
	err = cmd.Start()
	_ = write.Close() // the command has its own
	if err != nil {
		_ = read.Close() // nobody writes into it
		return wrongUse("%s cannot be started: %v", command, err)
	}
	err = f(read)
	_ = read.Close() // a command that goes on writing is told so
	return errors.Join(err, exitOf(command, cmd.Wait()))
}

// exitOf is an error for a command that has failed.
func exitOf(command string, err error) error {
	if err == nil {
		return nil
	}
	return wrongUse("%s: %v", command, err)
}

// command is a command line for the system's shell, which the user has typed.
func (s *Shell) command(line string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", line)
	if runtime.GOOS == "windows" {
		cmd = exec.Command("cmd", "/c", line)
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.here, s.cfg.Output, s.cfg.Errors
	return cmd
}

// pager is the command that shows a text by the screen.
func pager() string {
	if p := os.Getenv("PAGER"); p != "" {
		return p
	}
	return "more"
}

// local is a name here as the user has written it: relative to the local
// directory, "~/" is the home.
func (s *Shell) local(name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(name) {
		return name
	}
	if trailing := strings.HasSuffix(name, "/"); trailing {
		return filepath.Join(s.here, name) + "/"
	}
	return filepath.Join(s.here, name)
}

// A printer makes lines fit for a terminal.
type printer struct {
	w         io.Writer
	printable func(string) string
	line      []byte
}

// Write implements io.Writer.
func (p *printer) Write(b []byte) (int, error) {
	n := len(b)
	for {
		line, rest, ok := bytes.Cut(b, []byte{'\n'})
		if p.line = append(p.line, line...); !ok && len(p.line) < maxLine {
			return n, nil
		}
		if err := p.flush(); err != nil {
			return 0, err
		}
		b = rest
	}
}

// flush writes what there is of a line.
func (p *printer) flush() error {
	if len(p.line) == 0 {
		return nil
	}
	words := strings.Split(strings.TrimSuffix(string(p.line), "\r"), "\t")
	for i := range words {
		words[i] = p.printable(words[i])
	}
	p.line = p.line[:0]
	_, err := io.WriteString(p.w, strings.Join(words, "\t")+"\n")
	return err
}

// ownError gives the fault of a writer or reader of this machine its class.
func ownError(class, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*ftpclient.Error](err)
	if path := new(os.PathError); ok && errors.As(e.Err, &path) && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("%w: %w", class, err)
	}
	return err
}

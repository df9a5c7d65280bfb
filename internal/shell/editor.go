package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// An editor gives the lines that a person or a script writes.
type editor interface {
	// Line shows the prompt and gives the next line; errInterrupted is Ctrl-C,
	// io.EOF the end.
	Line(ctx context.Context, prompt string) (string, error)
	// Remember keeps a line for the arrow keys.
	Remember(line string)
	// Close gives the terminal back as it was.
	Close() error
}

// errInterrupted is a line, a question or a command that Ctrl-C has ended.
var errInterrupted = errors.New("interrupted")

// plainEditor reads lines as they come: from a script, which sees no prompts, or
// from a terminal that can do nothing.
type plainEditor struct {
	in     *bufio.Reader
	out    io.Writer // nil shows no prompts
	lines  chan plainLine
	asking bool // somebody reads already
}

type plainLine struct {
	text string
	err  error
}

// newPlainEditor reads from in; prompts go to out, if that is not nil.
func newPlainEditor(in io.Reader, out io.Writer) *plainEditor {
	return &plainEditor{in: bufio.NewReaderSize(in, 4096), out: out, lines: make(chan plainLine, 1)}
}

// Line implements editor. A read that the context has cut short goes on for the
// next call.
func (e *plainEditor) Line(ctx context.Context, prompt string) (string, error) {
	if e.out != nil {
		fmt.Fprint(e.out, prompt)
	}
	if !e.asking {
		e.asking = true
		go func() {
			text, err := e.read()
			e.lines <- plainLine{text, err}
		}()
	}
	select {
	case line := <-e.lines:
		e.asking = false
		return line.text, line.err
	case <-ctx.Done():
		return "", errInterrupted
	}
}

// read reads one line of a bounded length.
func (e *plainEditor) read() (string, error) {
	var b strings.Builder
	for {
		part, err := e.in.ReadSlice('\n')
		if b.Len() <= maxLine {
			b.Write(part)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && b.Len() == 0:
			return "", err
		}
		return strings.TrimRight(b.String(), "\r\n"), nil
	}
}

// Remember implements editor.
func (*plainEditor) Remember(string) {}

// Close implements editor.
func (*plainEditor) Close() error { return nil }

package shell

import (
	"context"
	"errors"
	"io"

	"github.com/peterh/liner"
)

// lineEditor is liner, on a terminal that can move its cursor. It asks the terminal
// nothing, so a slow or simple one does no harm. The terminal is in liner's mode
// only while a line is typed; commands and their children have it as it was.
type lineEditor struct {
	state          *liner.State
	usual, editing liner.ModeApplier
	plain          *plainEditor // where liner gives up, as on a terminal without a width
}

// newLineEditor makes one of standard input and output, or says that the terminal
// is not fit for it. complete gets a line and the position of the cursor.
func newLineEditor(complete func(line string, pos int) (head string, words []string, tail string), plain *plainEditor) (*lineEditor, bool) {
	if !liner.TerminalSupported() {
		return nil, false
	}
	usual, err := liner.TerminalMode()
	if err != nil {
		return nil, false
	}
	e := &lineEditor{usual: usual, plain: plain, state: liner.NewLiner()}
	if e.editing, err = liner.TerminalMode(); err != nil {
		_ = e.state.Close() // it is not used
		return nil, false
	}
	e.state.SetCtrlCAborts(true)
	e.state.SetTabCompletionStyle(liner.TabPrints)
	e.state.SetWordCompleter(complete)
	_ = usual.ApplyMode() // Line tells if the terminal is gone
	return e, true
}

// Line implements editor.
func (e *lineEditor) Line(ctx context.Context, prompt string) (string, error) {
	if err := e.editing.ApplyMode(); err != nil {
		return "", err
	}
	line, err := e.state.Prompt(prompt)
	_ = e.usual.ApplyMode() // or the terminal is gone, which the next line tells
	switch {
	case errors.Is(err, liner.ErrPromptAborted):
		return "", errInterrupted
	case errors.Is(err, liner.ErrInternal), errors.Is(err, liner.ErrNotTerminalOutput), errors.Is(err, liner.ErrInvalidPrompt):
		return e.plain.Line(ctx, prompt)
	case err != nil:
		return "", io.EOF
	}
	return line, nil
}

// Remember implements editor.
func (e *lineEditor) Remember(line string) { e.state.AppendHistory(line) }

// Close implements editor.
func (e *lineEditor) Close() error { return e.state.Close() }

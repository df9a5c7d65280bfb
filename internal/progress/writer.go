package progress

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"time"
)

// noFd is the descriptor of what has none.
const noFd = ^uintptr(0)

// Writer prints beside what a Display shows: whole lines come above the rows, in
// the order in which they and the lines about files were made.
type Writer struct {
	d     *Display
	to    io.Writer
	above bool   // to is the terminal with the rows
	held  []byte // the beginning of a line; drawing guards it
	batch batch  // where no rows are
}

// batch is lines that wait to be printed together: each write wakes whoever reads a pipe. mu
// guards it.
type batch struct {
	lines []byte
	timer *time.Timer
}

const (
	// batchTime is how long a line waits for others.
	batchTime = 100 * time.Millisecond
	// maxBatch is from how many bytes on they wait no longer.
	maxBatch = 16 << 10
)

// add prints a line soon. mu is held.
func (w *Writer) add(line []byte) {
	b := &w.batch
	waits := len(b.lines) > 0
	b.lines = append(b.lines, line...)
	switch {
	case len(b.lines) >= maxBatch || w.d.closed:
		w.flush()
	case waits:
	case b.timer == nil:
		b.timer = time.AfterFunc(batchTime, func() {
			w.d.mu.Lock()
			defer w.d.mu.Unlock()
			w.flush()
		})
	default:
		b.timer.Reset(batchTime)
	}
}

// flush prints the lines that wait. mu is held.
func (w *Writer) flush() {
	if len(w.batch.lines) > 0 {
		_, _ = w.to.Write(w.batch.lines) // the transfer goes on without its reader
		w.batch.lines = w.batch.lines[:0]
	}
}

// Write implements io.Writer. Of a line that has no end yet nothing is printed until
// it has one, or Pause or Close is called.
func (w *Writer) Write(p []byte) (int, error) {
	if !w.above {
		w.d.mu.Lock() // no line may stand in the middle of another
		defer w.d.mu.Unlock()
		w.d.stdout.flush()
		return w.to.Write(p)
	}
	w.d.drawing.Lock()
	defer w.d.drawing.Unlock()
	if w.d.closed || w.d.pauses > 0 {
		return w.to.Write(p)
	}
	text := slices.Concat(w.held, p)
	end := bytes.LastIndexByte(text, '\n') + 1
	w.held = bytes.Clone(text[end:])
	if end > 0 {
		w.d.drawLocked(text[:end])
	}
	return len(p), nil
}

// Pause takes the rows away for a question, until the function that it returns is
// called. What is printed through the Writers meanwhile is printed at once.
func (w *Writer) Pause() (resume func()) {
	d := w.d
	if d.screen == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.stdout.flush() // whoever is asked has seen what came before
		return func() {}
	}
	d.drawing.Lock()
	defer d.drawing.Unlock()
	if d.closed {
		return func() {}
	}
	d.pauses++
	d.drawLocked(d.heldLocked())
	return sync.OnceFunc(func() {
		d.drawing.Lock()
		defer d.drawing.Unlock()
		d.pauses--
	})
}

// Fd is the descriptor of what it prints to, so that it is known for a terminal.
func (w *Writer) Fd() uintptr {
	if f, ok := w.to.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return noFd
}

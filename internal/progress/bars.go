package progress

import (
	"io"
	"strings"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bars is a screen that mpb draws. It has always as many bars as there may be
// rows, and those without a row take no line: nothing is added or removed while
// it runs. Nothing of mpb runs before there is a row.
type bars struct {
	console  *console
	progress *mpb.Progress // nil before the first row
	refresh  chan any
	rows     [maxRows + 1]*row // the last ones are used; mpb reads them in draw
}

var _ screen = (*bars)(nil)

// newBars makes a screen of a terminal with the size that size says.
func newBars(out io.Writer, size func() (width, height int)) *bars {
	return &bars{console: newConsole(out, size), refresh: make(chan any)}
}

// draw implements screen.
func (b *bars) draw(text []byte, rows []row) {
	_, height := b.console.size()
	// The cursor stands below the rows and the top of the terminal is as far as it
	// can go back. The sum comes last, and is dropped last.
	rows = rows[max(len(rows)-max(height-1, 0), 0):]
	if b.progress == nil && len(rows) == 0 {
		b.console.say(text)
		return
	}
	if b.progress == nil {
		b.start()
	}
	clear(b.rows[:])
	for i := range rows {
		b.rows[len(b.rows)-len(rows)+i] = &rows[i]
	}
	_, _ = b.console.Write(text) // it is a buffer
	b.refresh <- nil
	<-b.console.flushed
}

// start lets mpb run.
func (b *bars) start() {
	b.progress = mpb.New(mpb.WithConsoleWriter(b.console), mpb.WithManualRefresh(b.refresh))
	for i := range b.rows {
		style := mpb.BarStyle().Build()
		filler := func(w io.Writer, stat decor.Statistics) error {
			return fill(w, b.rows[i], style, stat.AvailableWidth)
		}
		// A total of 0 is none: a bar that is complete would be drawn by itself.
		b.progress.New(0, filled(filler), mpb.BarFillerTrim())
	}
}

// filled is the builder of a filler.
type filled mpb.BarFillerFunc

// Build implements mpb.BarFillerBuilder.
func (f filled) Build() mpb.BarFiller { return mpb.BarFillerFunc(f) }

// close implements screen.
func (b *bars) close() {
	if b.progress != nil {
		b.progress.Shutdown()
	}
}

// fill draws the row of a bar; without one it draws nothing.
func fill(w io.Writer, r *row, style mpb.BarFiller, width int) error {
	if r == nil {
		return nil
	}
	before, behind, barWidth := r.texts(width)
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	var err error
	switch {
	case barWidth > 0 && r.total > 0:
		stat := decor.Statistics{AvailableWidth: barWidth, Total: r.total, Current: min(r.bytes, r.total), Completed: r.bytes >= r.total}
		err = style.Fill(w, stat)
	default:
		_, err = io.WriteString(w, strings.Repeat(" ", barWidth)) // nobody knows how long it is
	}
	if err == nil {
		_, err = io.WriteString(w, behind)
	}
	return err
}

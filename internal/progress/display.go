package progress

import (
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"ferry/internal/carry"
	"ferry/internal/sys"
)

// Config says what is shown, and where.
type Config struct {
	// Stdout gets the lines about files, or the objects; Stderr what went wrong,
	// and the rows if it is a terminal.
	Stdout, Stderr io.Writer
	// JSON prints an object for each event, and no rows.
	JSON bool
	// Plain shows no rows, also on a terminal: it may be one that cannot move its
	// cursor.
	Plain bool
	// Failures prints a line for each file that fails. Without it, an event of
	// that kind is left to whoever reports the error of the whole.
	Failures bool
	// Explain is an error on one line, fit for a terminal; Status is its exit
	// status, for objects.
	Explain func(error) string
	Status  func(error) int
}

const (
	// every is how often the rows are drawn, and how often a file that moves has an
	// object.
	every = 200 * time.Millisecond
	// maxPending is how many bytes of lines wait for the next drawing. More of
	// them wait for the terminal.
	maxPending = 256 << 10
)

// Display shows events until it is closed. Its methods may be called from several
// goroutines at once.
type Display struct {
	cfg            Config
	now            func() time.Time
	stdout, stderr *Writer

	// drawing is held by whoever uses the screen, which may wait for the terminal;
	// it is taken before mu.
	drawing sync.Mutex
	screen  screen // nil without rows
	pauses  int    // questions that are being asked
	closed  bool   // changed with both locks

	// mu guards what events change. Nobody waits for a terminal with it.
	mu      sync.Mutex
	tally   tally
	pending []byte            // lines that are to stand above the rows
	told    map[key]time.Time // when a file last had an object

	stop chan struct{} // closed by Close
}

// New makes a Display. It must be closed.
func New(cfg Config) *Display {
	var s screen
	terminal, ok := cfg.Stderr.(*os.File)
	if ok && !cfg.JSON && !cfg.Plain && isTerminal(terminal) && sys.AllowEscapes(terminal) == nil {
		s = newBars(terminal, func() (int, int) { return sizeOf(terminal) })
	}
	d := newDisplay(cfg, s, sameFile(cfg.Stdout, cfg.Stderr), time.Now)
	if s != nil {
		go d.keepDrawing()
	}
	return d
}

// newDisplay makes a Display with rows on s, unless that is nil; oneTerminal says
// that both outputs are that terminal.
func newDisplay(cfg Config, s screen, oneTerminal bool, now func() time.Time) *Display {
	d := &Display{
		cfg: cfg, now: now, screen: s, told: make(map[key]time.Time),
		stop: make(chan struct{}),
	}
	d.tally.files = make(map[key]*file)
	d.stdout = &Writer{d: d, to: cfg.Stdout, above: s != nil && oneTerminal}
	d.stderr = &Writer{d: d, to: cfg.Stderr, above: s != nil}
	return d
}

// Stdout is where to print what is not about a file, instead of Config.Stdout.
func (d *Display) Stdout() *Writer { return d.stdout }

// Stderr is where to print warnings and questions, instead of Config.Stderr.
func (d *Display) Stderr() *Writer { return d.stderr }

// Expect adds to what is known to come: so many files with so many bytes. Without
// it there is no end to count towards but that of each file.
func (d *Display) Expect(files int, bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tally.expectedFiles += files
	d.tally.expectedBytes += bytes
}

// Event tells of one. It is carry.Job's Event.
func (d *Display) Event(e carry.Event) {
	if d.tell(e) {
		d.draw()
	}
}

// tell counts an event and prints what there is to say, at once or soon; full says that
// the rows should not wait.
func (d *Display) tell(e carry.Event) (full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if d.cfg.JSON {
		d.object(e, now)
		return false
	}
	d.tally.count(e, now)
	to, line := d.line(e)
	switch {
	case line == "":
	case to.above && !d.closed:
		d.pending = append(d.pending, line...)
	case to == d.stdout:
		to.add([]byte(line))
	default:
		d.stdout.flush() // which came before
		_, _ = io.WriteString(to.to, line)
	}
	return len(d.pending) > maxPending
}

// keepDrawing draws until the Display is closed.
func (d *Display) keepDrawing() {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.drawing.Lock()
			if d.pauses == 0 && !d.closed {
				d.drawLocked(nil)
			}
			d.drawing.Unlock()
		case <-d.stop:
			return
		}
	}
}

// draw prints the lines that wait, and draws the rows anew.
func (d *Display) draw() {
	d.drawing.Lock()
	defer d.drawing.Unlock()
	if !d.closed {
		d.drawLocked(nil)
	}
}

// drawLocked prints the lines that wait, then text, and draws the rows anew, or
// takes them away while there is a pause. drawing is held.
func (d *Display) drawLocked(text []byte) {
	d.mu.Lock()
	lines := slices.Concat(d.pending, text)
	d.pending = nil
	var rows []row
	if d.pauses == 0 {
		rows = d.tally.rows(d.now())
	}
	d.mu.Unlock()
	d.screen.draw(lines, rows)
}

// Close takes the rows away and, if there were several files, sums them up on the
// terminal. What is printed through the Writers afterwards goes where it always
// went. It may be called more than once.
func (d *Display) Close() {
	d.drawing.Lock()
	defer d.drawing.Unlock()
	if d.closed {
		return
	}
	if d.screen == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.stdout.flush()
		d.closed = true
		return
	}
	d.pauses++ // no row comes back
	last := d.heldLocked()
	d.mu.Lock()
	last = append(last, d.tally.summary(d.now())...)
	d.mu.Unlock()
	d.drawLocked(last)
	d.screen.close()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.stdout.flush()
	if len(d.pending) > 0 {
		_, _ = d.cfg.Stderr.Write(d.pending)
		d.pending = nil
	}
	close(d.stop)
}

// heldLocked gives the lines that have no end yet, with one. drawing is held.
func (d *Display) heldLocked() []byte {
	var text []byte
	for _, w := range []*Writer{d.stdout, d.stderr} {
		if len(w.held) > 0 {
			text = append(append(text, w.held...), '\n')
			w.held = nil
		}
	}
	return text
}

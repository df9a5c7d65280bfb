package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"ferry/internal/carry"
)

// progress tells what happens to files: to a program as objects, to a person as
// a line for each file and, on a terminal, one that moves.
type progress struct {
	stdout, stderr io.Writer
	json           bool
	many           bool // there are errors that the last message does not tell
	width          int  // of the terminal, 0 without
	shown          time.Time
	moving         bool
}

// newProgress says how to tell it.
func (p *program) newProgress(f *transferFlags) *progress {
	w := &progress{stdout: p.stdout, stderr: p.stderr, json: f.json, many: f.recursive}
	if !f.json {
		w.width = terminalWidth(p.stderr)
	}
	return w
}

// every is how often progress shows.
const every = 200 * time.Millisecond

// jsonEvent is an event as --json prints it.
type jsonEvent struct {
	Event     string  `json:"event"`
	Direction string  `json:"direction"`
	Remote    string  `json:"remote"`
	Local     string  `json:"local"`
	Bytes     int64   `json:"bytes"`
	Total     *int64  `json:"total,omitempty"`
	Seconds   float64 `json:"seconds,omitempty"`
	Mode      string  `json:"mode,omitempty"`
	Why       string  `json:"why,omitempty"`
	Error     string  `json:"error,omitempty"`
	Status    int     `json:"status,omitempty"`
}

// event tells one.
func (w *progress) event(e carry.Event) {
	if e.Kind == "progress" {
		if now := time.Now(); now.Sub(w.shown) < every {
			return
		}
		w.shown = time.Now()
	}
	if w.json {
		w.object(e)
		return
	}
	w.line(e)
}

func (w *progress) object(e carry.Event) {
	j := jsonEvent{
		Event: e.Kind, Direction: "download", Remote: e.Remote, Local: e.Local, Bytes: e.Bytes,
		Seconds: e.Elapsed.Seconds(), Mode: string(e.Mode), Why: e.Why,
	}
	if e.Upload {
		j.Direction = "upload"
	}
	if e.Total >= 0 {
		j.Total = &e.Total
	}
	if e.Err != nil {
		j.Error, j.Status = shortly(e.Err), statusOf(e.Err)
	}
	line, err := json.Marshal(j)
	if err == nil {
		_, _ = w.stdout.Write(append(line, '\n')) // the transfer goes on without its reader
	}
}

func (w *progress) line(e carry.Event) {
	if w.moving {
		fmt.Fprint(w.stderr, "\r\x1b[K")
		w.moving = false
	}
	name := e.Remote
	if e.Upload {
		name = e.Local
	}
	name = printable(name)
	switch e.Kind {
	case "progress":
		if w.width > 0 {
			fmt.Fprint(w.stderr, cutTo(name+"  "+amount(e), w.width-1))
			w.moving = true
		}
	case "done":
		fmt.Fprintf(w.stdout, "%s -> %s  %d bytes in %s\n", name, printable(other(e)), e.Bytes, brief(e.Elapsed))
	case "skip":
		fmt.Fprintf(w.stdout, "%s: left out: %s\n", name, e.Why)
	case "retry":
		fmt.Fprintf(w.stderr, "ferry: %s: %s; again in %s\n", name, shortly(e.Err), brief(e.Elapsed))
	case "error":
		if !w.many {
			return
		}
		fmt.Fprintf(w.stderr, "ferry: %s: %s\n", name, shortly(e.Err))
	}
}

// other is the name at the other end.
func other(e carry.Event) string {
	if e.Upload {
		return e.Remote
	}
	return e.Local
}

// amount says how far a file is.
func amount(e carry.Event) string {
	if e.Total <= 0 {
		return fmt.Sprintf("%d bytes", e.Bytes)
	}
	return fmt.Sprintf("%3d%%  %d of %d bytes", 100*min(e.Bytes, e.Total)/e.Total, e.Bytes, e.Total)
}

func brief(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// cutTo keeps the end of a text, where the numbers are.
func cutTo(text string, width int) string {
	runes := []rune(text)
	if width < 4 || len(runes) <= width {
		return text
	}
	return "..." + string(runes[len(runes)-width+3:])
}

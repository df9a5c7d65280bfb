package cli

import (
	"io"
	"os"

	"ferry/internal/carry"
	"ferry/internal/progress"
)

// newProgress begins to show what happens to files, as the flags say; several says
// that what the command was given may stand for more than one.
func (p *program) newProgress(f *transferFlags, several bool) *shownProgress {
	return p.showProgress(f.json, f.recursive || several)
}

// shownProgress is what is shown of the transfers of a command. What the program
// prints meanwhile stands above the rows that move.
type shownProgress struct {
	*progress.Display
	p              *program
	stdout, stderr io.Writer // as they were before
}

// showProgress begins to show what happens to files: as objects, or for a person;
// each tells of every file that fails, where the last message does not. What is not
// closed before is closed when the command ends.
func (p *program) showProgress(asJSON, each bool) *shownProgress {
	p.endProgress()
	s := &shownProgress{stdout: p.stdout, stderr: p.stderr, p: p}
	s.Display = progress.New(progress.Config{
		Stdout: p.stdout, Stderr: p.stderr, JSON: asJSON, Plain: os.Getenv("TERM") == "dumb", Failures: each,
		Explain: shortly, Status: statusOf,
	})
	p.stdout, p.stderr, p.shown = s.Stdout(), s.Stderr(), s
	return s
}

// event tells of one.
func (s *shownProgress) event(e carry.Event) { s.Event(e) }

// close ends it; only the first call does something.
func (s *shownProgress) close() {
	s.Close()
	if s.p.shown == s {
		s.p.stdout, s.p.stderr, s.p.shown = s.stdout, s.stderr, nil
	}
}

// endProgress closes what is shown still.
func (p *program) endProgress() {
	if p.shown != nil {
		p.shown.close()
	}
}

// pauser is a writer to a terminal of which a part moves.
type pauser interface{ Pause() (resume func()) }

// quiet lets nothing move on the terminal while a question is asked.
func quiet(w io.Writer) (resume func()) {
	if p, ok := w.(pauser); ok {
		return p.Pause()
	}
	return func() {}
}

package ftpserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"ferry/ftp"
	"ferry/internal/wire"
)

// watchDelay is how long a transfer runs before somebody listens to the control
// connection meanwhile: most are over by then, and cost no second goroutine.
const watchDelay = 20 * time.Millisecond

// maxQueue is how many commands may wait for the end of a transfer. What comes
// beyond stays in the socket.
const maxQueue = 16

// watch listens to the control connection while a transfer runs: ABOR, NOOP and
// STAT are answered at once, everything else waits in the session's queue. It
// reads, and it writes whole replies; the session's state it leaves alone, but
// for the queue, which the session does not touch before stop has returned.
type watch struct {
	s      *session
	cancel context.CancelCauseFunc
	t      *transfer
	moved  *atomic.Int64

	timer   *time.Timer
	mu      sync.Mutex
	stopped bool
	running bool
	over    chan struct{}

	aborted bool // ABOR came; read after stop
	fault   any  // what listening has panicked with, for the session's own goroutine
}

// watch starts to watch over t. stop must be called.
func (s *session) watch(cancel context.CancelCauseFunc, t *transfer, moved *atomic.Int64) *watch {
	w := &watch{s: s, cancel: cancel, t: t, moved: moved, over: make(chan struct{})}
	w.timer = time.AfterFunc(watchDelay, w.start)
	return w
}

// start runs on the timer's goroutine, which becomes the watcher's.
func (w *watch) start() {
	w.mu.Lock()
	if w.stopped {
		w.mu.Unlock()
		return
	}
	w.running = true
	_ = w.s.conn.SetReadDeadline(time.Time{})
	w.mu.Unlock()
	defer close(w.over)
	defer func() {
		if fault := recover(); fault != nil {
			w.fault = fmt.Sprintf("%v, watching the control connection:\n%s", fault, debug.Stack())
			w.cancel(errControlLost)
		}
	}()
	w.listen()
}

// stop ends the watching; the session may read again. A fault of the watching
// becomes the session's own, which alone ends by it.
func (w *watch) stop() {
	w.timer.Stop()
	w.mu.Lock()
	w.stopped = true
	running := w.running
	if running {
		w.s.wake()
	}
	w.mu.Unlock()
	if running {
		<-w.over
	}
	if w.fault != nil {
		panic(w.fault)
	}
}

func (w *watch) isStopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

// listen reads until there is a reason not to.
func (w *watch) listen() {
	s := w.s
	for len(s.queue) < maxQueue {
		in := s.read()
		switch {
		case errors.Is(in.err, os.ErrDeadlineExceeded):
			if w.isStopped() {
				return
			}
			// The server drains and wakes everybody: this transfer may end in
			// peace.
			w.mu.Lock()
			if !w.stopped {
				_ = s.conn.SetReadDeadline(time.Time{})
			}
			w.mu.Unlock()
			continue
		case isLineError(in.err):
			s.queue = append(s.queue, in)
			continue
		case in.err != nil:
			s.queue = append(s.queue, in)
			w.cancel(errControlLost)
			return
		}
		switch c := commands[in.cmd.Verb]; {
		case in.cmd.Verb == "ABOR":
			w.aborted = true
			w.cancel(errAborted)
			return
		case in.cmd.Verb == "QUIT":
			s.queue = append(s.queue, in)
			return // nothing counts after it, and the client may be gone
		case c != nil && c.busy && in.cmd.Arg == "" && len(s.queue) == 0:
			w.answer(in.cmd)
		default:
			s.queue = append(s.queue, in)
		}
	}
}

// answer replies to a command that does not wait.
func (w *watch) answer(cmd ftp.Command) {
	reply := ftp.Replyf(ftp.CodeNoopOK, "NOOP ok.")
	if cmd.Verb == "STAT" {
		reply = ftp.Reply{Code: ftp.CodeSystemStatus, Lines: []string{
			"Status of the transfer:", "     " + w.t.progress(w.moved.Load()), "End of status",
		}}
	}
	if w.s.trace.Line != nil {
		w.s.trace.Line(w.s.info, Line{Sent: true, Text: reply.String()})
	}
	_ = w.s.conn.SetWriteDeadline(time.Now().Add(replyTimeout))
	if err := w.s.conn.WriteReply(w.s.encode(reply)); err != nil {
		w.cancel(errControlLost)
	}
}

// isLineError reports a bad line, after which the next one can be read.
func isLineError(err error) bool {
	_, ok := errors.AsType[*wire.LineError](err)
	return ok
}

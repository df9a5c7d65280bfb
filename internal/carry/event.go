package carry

import (
	"context"
	"sync"
	"time"

	"ferry/ftpclient"
)

// Event is something that happened to a file.
type Event struct {
	// Kind is "start", "progress", "done", "skip", "retry" or "error".
	Kind string
	// Upload says which way.
	Upload bool
	// Remote and Local are the two names.
	Remote, Local string
	// Bytes is how much there is already, Total how much there will be, -1 if
	// that is unknown; From is where this attempt began.
	Bytes, Total, From int64
	// Elapsed is how long it took ("done", "error"), or how long it waits
	// ("retry").
	Elapsed time.Duration
	Mode    ftpclient.Mode
	Err     error
	Why     string // of "skip"
}

// whole is why a file is skipped that is there already.
const whole = "it is there already, whole"

// report tells of one file.
type report struct {
	tell  func(Event)
	began time.Time

	mu      sync.Mutex
	e       Event
	retried bool
	// at is how many bytes there are; nil before the transfer has begun.
	at func() int64
}

// report begins to tell of a file.
func (j *Job) report(e Event) *report {
	return &report{tell: j.tell, began: time.Now(), e: e}
}

// tell hands an event on.
func (j *Job) tell(e Event) {
	if j.Event != nil {
		j.Event(e)
	}
}

// start tells that bytes are about to move; at will say how many there are.
func (r *report) start(from, total int64, at func() int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.e.Kind, r.e.From, r.e.Bytes, r.e.Total, r.at = "start", from, from, total, at
	r.tell(r.e)
}

// trace makes calls of the pool tell of the file.
func (r *report) trace(ctx context.Context) context.Context {
	return ftpclient.WithTrace(ctx, &ftpclient.Trace{
		Moved: func(int64) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.at != nil {
				r.e.Kind, r.e.Bytes = "progress", r.at()
				r.tell(r.e)
			}
		},
		Retry: func(err error, wait time.Duration) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.retried = true
			e := r.e
			e.Kind, e.Err, e.Elapsed = "retry", err, wait
			r.tell(e)
		},
	})
}

// finish tells how it came out, and gives err back.
func (r *report) finish(bytes int64, mode ftpclient.Mode, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = nil
	r.e.Kind, r.e.Elapsed, r.e.Mode = "done", time.Since(r.began), mode
	if err != nil {
		r.e.Kind, r.e.Err = "error", err
	} else {
		r.e.Bytes = bytes
	}
	r.tell(r.e)
	return err
}

// skip tells that the file is left out, and why.
func (r *report) skip(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.e.Kind, r.e.Why = "skip", why
	r.tell(r.e)
}

// fail tells of a file that cannot be carried, and gives err back.
func (j *Job) fail(upload bool, remote, local string, err error) error {
	j.tell(Event{Kind: "error", Upload: upload, Remote: remote, Local: local, Total: -1, Err: err})
	return err
}

// skip tells of a file that is left out, and why.
func (j *Job) skip(upload bool, remote, local, why string) {
	j.tell(Event{Kind: "skip", Upload: upload, Remote: remote, Local: local, Total: -1, Why: why})
}

// wasRetried says whether the transfer broke off in between.
func (r *report) wasRetried() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.retried
}

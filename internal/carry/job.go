package carry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ferry/ftpclient"
)

// The classes of what can go wrong here, beside the errors of ftpclient.
var (
	ErrLocalRead  = errors.New("cannot read here")
	ErrLocalWrite = errors.New("cannot write here")
	// ErrResume is a beginning that is not the file's.
	ErrResume = errors.New("cannot go on")
	// ErrPartial is a file that is not as long as it should be.
	ErrPartial = errors.New("the file is not whole")
	// ErrName is a name from the server that cannot be one of a file here.
	ErrName = errors.New("the name is refused")
	// ErrSome says that some files of several failed; each had its event.
	ErrSome = errors.New("not everything was transferred")
	// ErrDirectory is a directory where a file was wanted.
	ErrDirectory = errors.New("is a directory: give -r to transfer all that is in it")
)

// Job is how files are carried. Its methods are for one goroutine.
type Job struct {
	// Connect gives a connection that is logged in.
	Connect func(context.Context) (*ftpclient.Conn, error)

	Resume    bool // go on where an earlier attempt ended
	KeepTime  bool // give files the time of their last change
	Verify    bool // compare sizes at the end
	TempName  bool // upload under another name, and rename
	Recursive bool
	// Limit is the most bytes a second; 0 is no limit.
	Limit int64
	// Retries is how often a file is tried again, Pause how long to wait before
	// the first time; the pause doubles.
	Retries int
	Pause   time.Duration

	// Event is told what happens.
	Event func(Event)

	conn    *ftpclient.Conn
	current Event
}

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
	Elapsed            time.Duration
	Mode               ftpclient.Mode
	Err                error
	Why                string // of "skip"
}

// Moved is for the connection's Trace: bytes have moved.
func (j *Job) Moved(bytes int64) {
	e := j.current
	if e.Kind == "" {
		return
	}
	e.Kind, e.Bytes = "progress", e.From+bytes
	j.Event(e)
}

// Conn is the connection, made if there is none.
func (j *Job) Conn(ctx context.Context) (*ftpclient.Conn, error) {
	if j.conn != nil {
		return j.conn, nil
	}
	c, err := j.Connect(ctx)
	if err != nil {
		return nil, err
	}
	j.conn = c
	return c, nil
}

// Close logs out.
func (j *Job) Close(ctx context.Context) {
	if j.conn == nil {
		return
	}
	_ = j.conn.Quit(ctx) // all is done, whatever the server says to it
	j.conn = nil
}

// Try does f, and again after a pause when the fault may pass: on a new
// connection each time.
func (j *Job) Try(ctx context.Context, f func(c *ftpclient.Conn, attempt int) error) error {
	pause := j.Pause
	for attempt := 0; ; attempt++ {
		had := j.conn != nil || attempt > 0
		c, err := j.Conn(ctx)
		if err == nil {
			if err = f(c, attempt); err == nil {
				return nil
			}
			had = true
		}
		if attempt >= j.Retries || ctx.Err() != nil || !passes(err, had) {
			if ctx.Err() != nil {
				return errors.Join(ctx.Err(), err)
			}
			return err
		}
		e := j.current
		e.Kind, e.Err, e.Elapsed = "retry", err, pause
		j.Event(e)
		if j.conn != nil {
			_ = j.conn.Close() // it is in doubt
			j.conn = nil
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause *= 2
	}
}

// passes reports a fault that may be gone soon. A first connection that fails
// without a word of the server's is taken for a mistake in the address.
func passes(err error, had bool) bool {
	for _, own := range []error{ErrLocalRead, ErrLocalWrite, ErrResume, ErrName, ErrDirectory} {
		if errors.Is(err, own) {
			return false
		}
	}
	if errors.Is(err, ErrPartial) {
		return true
	}
	return ftpclient.Temporary(err) && (had || ftpclient.Code(err) != 0)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish tells how a file came out.
func (j *Job) finish(began time.Time, bytes int64, err error) error {
	e := j.current
	e.Kind, e.Elapsed = "done", time.Since(began)
	if err != nil {
		e.Kind, e.Err = "error", err
	} else {
		e.Bytes = bytes
	}
	j.current = Event{}
	j.Event(e)
	return err
}

// fail tells of a file that cannot be carried.
func (j *Job) fail(upload bool, remote, local string, err error) {
	j.Event(Event{Kind: "error", Upload: upload, Remote: remote, Local: local, Total: -1, Err: err})
}

// skip tells of a file that is left out, and why.
func (j *Job) skip(upload bool, remote, local, why string) {
	j.Event(Event{Kind: "skip", Upload: upload, Remote: remote, Local: local, Total: -1, Why: why})
}

// whole is why a file is skipped that is there already.
const whole = "it is there already, whole"

// local wraps an error of this machine's, so that its class is known.
func local(class, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", class, err)
}

// IsDir says whether the server has a directory of that name.
func IsDir(ctx context.Context, c *ftpclient.Conn, name string) (bool, error) {
	if name == "" || name == "/" {
		return true, nil
	}
	e, err := c.Stat(ctx, name)
	if err == nil {
		return e.IsDir(), nil
	}
	switch code := ftpclient.Code(err); {
	case code == 550:
		return false, nil
	case code != 500 && code != 502 && code != 504 && code != 501:
		return false, err
	}
	// A server without MLST: what can be the working directory is one.
	home, err := c.Getwd(ctx)
	if err != nil {
		return false, err
	}
	if err := c.Chdir(ctx, name); err != nil {
		if ftpclient.Code(err).Permanent() {
			return false, nil
		}
		return false, err
	}
	return true, c.Chdir(ctx, home)
}

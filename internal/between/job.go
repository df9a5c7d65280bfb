package between

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"ferry/ftpclient"
)

// Route says which way the bytes go.
type Route uint8

// The routes.
const (
	// Auto is Direct, and Through where the servers refuse.
	Auto Route = iota
	// Direct is from server to server or not at all.
	Direct
	// Through is through this machine.
	Through
)

// Verify says what is compared at the end of each file.
type Verify string

// What can be compared. The length always is if both servers tell it and the copy is
// direct.
const (
	VerifyNothing Verify = ""
	VerifySize    Verify = "size" // and a server that does not tell is an error
	VerifyHash    Verify = "hash" // checksums that both servers make (HASH, XCRC, ...)
)

// Kind is what an Event is about.
type Kind string

// The kinds of events.
const (
	Start Kind = "start" // of a file
	Done  Kind = "done"
	Skip  Kind = "skip"  // a link, or a name that is none; Err says why
	Retry Kind = "retry" // Err failed for now
	Fail  Kind = "error"
	// Around says that files go through this machine from here on, and Err why.
	Around Kind = "through"
)

// Event is what happens to one file.
type Event struct {
	Kind     Kind
	From, To string // pathnames
	Bytes    int64  // of the file; -1 is unknown
	Elapsed  time.Duration
	Direct   bool
	Private  bool // the data connection was under TLS, or both were
	Err      error
}

// ErrSome is wrapped by the error of a tree of which some files could not be copied;
// Event was told why of each.
var ErrSome = errors.New("not all files were copied")

// ErrDirectory says that a directory is to be copied without Job.Recursive.
var ErrDirectory = errors.New("it is a directory")

// ErrVerify is wrapped where the copy is another than the file.
var ErrVerify = errors.New("the copy is not the same")

// Job is how files are copied. Its methods may be called from several goroutines.
type Job struct {
	// From and To are the servers. They must be different Pools, even of one server.
	From, To *ftpclient.Pool
	Route    Route
	// Recursive copies a directory with all that is in it.
	Recursive bool
	Verify    Verify
	// Parallel is how many files are copied at once; 0 is 1. The Pools should have as
	// many connections.
	Parallel int
	// Retries is how often a file is tried again after a fault that may pass; Pause is
	// how long before the first time, and twice as long each further one. 0 is a second.
	Retries int
	Pause   time.Duration
	// Event, if not nil, is told what happens, from several goroutines at once.
	Event func(Event)

	around atomic.Bool // Auto has become Through
}

func (j *Job) tell(e Event) {
	if j.Event != nil {
		j.Event(e)
	}
}

// Copy copies a file to a name, or into a directory that is there or ends with a
// slash; with Recursive a directory, as that name or into it.
func (j *Job) Copy(ctx context.Context, from, to string) error {
	isDir := false
	var size int64
	err := j.From.Do(ctx, func(c *ftpclient.Conn) (err error) {
		isDir, size, err = look(ctx, c, from)
		return err
	})
	switch {
	case err != nil:
		return err
	case isDir && !j.Recursive:
		return fmt.Errorf("%s: %w", from, ErrDirectory)
	}
	into := to == "" || strings.HasSuffix(to, "/")
	if !into {
		// What cannot be looked at is not there yet.
		_ = j.To.Do(ctx, func(c *ftpclient.Conn) (err error) {
			into, _, err = look(ctx, c, to)
			return err
		})
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if base := path.Base(from); into && !strings.HasSuffix(from, "/") && from != "" {
		to = path.Join(to, base)
	}
	if isDir {
		return j.tree(ctx, from, strings.TrimSuffix(to, "/"))
	}
	return j.file(ctx, from, to, size)
}

// look says whether a pathname is that of a directory, and how long a file is; -1 is
// unknown.
func look(ctx context.Context, c *ftpclient.Conn, name string) (isDir bool, size int64, err error) {
	if name == "" {
		return true, -1, nil
	}
	if _, ok := c.Feature("MLST"); ok {
		e, err := c.Stat(ctx, name)
		return e.IsDir(), e.Size, err
	}
	home, err := c.Getwd(ctx)
	if err != nil {
		return false, -1, err
	}
	if c.Chdir(ctx, name) == nil {
		return true, -1, c.Chdir(ctx, home)
	}
	size, err = c.Size(ctx, name)
	if code := ftpclient.Code(err); code == 500 || code == 502 {
		return false, -1, nil // the copy will say
	}
	return false, size, err
}

package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// Files moves single files; *carry.Job is one.
type Files interface {
	DownloadFile(ctx context.Context, remote string, size int64, root *os.Root, name string) error
	UploadFile(ctx context.Context, root *os.Root, name, remote string) error
}

// Mirror is a directory of a server and one of this machine, of which one is to
// become like the other.
type Mirror struct {
	Pool *ftpclient.Pool
	// Remote is the server's directory ("" is that of the login), Local ours.
	Remote, Local string
	// Upload makes the server's like ours; otherwise ours becomes like it.
	Upload bool
	// Options say what is equal. Fold, Name and OwnTimes are found out.
	Options Options
	// Filter says what takes part; nil is all.
	Filter *Filter
	// Parallel is how many listings or files go at once; 0 is 1.
	Parallel int
	// Files moves files, Event is told of the rest, from several goroutines at
	// once.
	Files Files
	Event func(Event)
}

// Plan lists both trees at once and finds out what is to be done.
func (m *Mirror) Plan(ctx context.Context) (*Plan, error) {
	here, there, err := m.open()
	if err != nil {
		return nil, err
	}
	defer here.close()
	source, target := m.sides(here, there)
	made := time.Now().UTC()
	var from, to *Dir
	if from, to, err = m.scan(ctx, source, target); err != nil {
		return nil, err
	}
	if from == nil {
		err := fmt.Errorf("%w: %s", ErrMissing, m.from())
		if m.Upload {
			err = fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
		}
		return nil, err
	}
	o := m.Options
	if err := m.learn(ctx, there, &o); err != nil {
		return nil, err
	}
	if o.Checksum {
		if err := m.sums(ctx, here, there, from, to); err != nil {
			return nil, err
		}
	}
	p := Make(from, to, &o)
	if doubtful := firstOlder(p); m.Upload && !o.OwnTimes && doubtful != nil {
		// Somebody has changed the file there, or the times that were set were
		// not kept.
		if err := there.setTime(ctx, doubtful.Path, doubtful.Target.Time); err != nil {
			if ftpclient.Code(err) == 0 {
				return nil, err
			}
			o.OwnTimes = true
			p = Make(from, to, &o)
		}
	}
	p.Made = made
	return p, nil
}

// firstOlder is an action that copies a file over one that is as long and newer.
func firstOlder(p *Plan) *Action {
	for i := range p.Actions {
		if p.Actions[i].Why == "time" {
			return &p.Actions[i]
		}
	}
	return nil
}

// open makes the two sides.
func (m *Mirror) open() (*local, *server, error) {
	here, err := openLocal(m.Local)
	return here, &server{pool: m.Pool, base: m.Remote, parallel: m.Parallel}, err
}

// sides brings the two in order.
func (m *Mirror) sides(here *local, there *server) (source, target side) {
	if m.Upload {
		return here, there
	}
	return there, here
}

// from is the source in words.
func (m *Mirror) from() string {
	switch {
	case m.Upload:
		return m.Local
	case m.Remote == "":
		return "the directory of the login"
	}
	return m.Remote
}

// scan lists both trees.
func (m *Mirror) scan(ctx context.Context, source, target side) (from, to *Dir, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	scan := func(s side, into **Dir, what string) {
		d, err := s.scan(ctx, m.Filter)
		if err != nil {
			cancel(fmt.Errorf("%s: %w", what, err))
		}
		*into = d
	}
	var both sync.WaitGroup
	both.Go(func() { scan(source, &from, "the source") })
	both.Go(func() { scan(target, &to, "the target") })
	both.Wait()
	return from, to, context.Cause(ctx)
}

// learn finds out what the target's names and times are worth.
func (m *Mirror) learn(ctx context.Context, there *server, o *Options) (err error) {
	o.OwnTimes = !o.Times
	if !m.Upload {
		o.Name, o.Fold = localName, runtime.GOOS == "windows" || runtime.GOOS == "darwin"
		return nil
	}
	o.Name = remoteName
	if o.Fold, err = there.folds(ctx); err != nil || o.OwnTimes {
		return err
	}
	knows, err := there.setsTimes(ctx)
	o.OwnTimes = !knows
	return err
}

// tell tells of an event.
func (m *Mirror) tell(e Event) {
	if m.Event != nil {
		m.Event(e)
	}
}

// ErrNoSums is a server that makes no checksums.
var ErrNoSums = errors.New("the server makes no checksums: compare by size and time")

package broker

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"
	"slices"
	"sync"

	"ferry/internal/sys"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// userThread is the broker's end of a session: one goroutine on one OS thread
// that is the user. Only that goroutine touches what is not guarded by mu.
type userThread struct {
	service *service
	fsys    vfs.FS
	writers map[uint32]vfs.Writer
	lists   map[uint32]*listing
	out     encoder

	mu     sync.Mutex
	fd     int // -1 once it is closed
	closed bool
}

// errAborted is the cause that a Writer is told: the Client keeps its own.
var errAborted = errors.New("aborted by the client")

// errFull is given where there are as many sessions as there may be.
var errFull = errors.New("too many sessions")

// begin makes a session and returns the Client's end of it. done is called once
// whatever happens.
func (v *service) begin(g *Grant, done func()) (int, error) {
	id, err := v.server.threadIdentity(g.Identity)
	if err != nil {
		done()
		return -1, err
	}
	ours, theirs, err := sys.Pair()
	if err != nil {
		done()
		return -1, fmt.Errorf("making a session: %w", err)
	}
	t := &userThread{service: v, fd: ours, writers: make(map[uint32]vfs.Writer), lists: make(map[uint32]*listing)}
	if err := v.add(t); err != nil {
		done()
		return -1, errors.Join(err, sys.ClosePassed(ours), sys.ClosePassed(theirs))
	}
	begun, over := make(chan error, 1), make(chan struct{})
	ended := func(err error) {
		if err != nil {
			v.log.Warn("a session ended with an error", "error", err)
		}
		v.remove(t)
		done()
		close(over)
		v.running.Done()
	}
	go onOwnThread(func() { t.run(id, g.Root, begun, ended) })
	if err := <-begun; err != nil {
		<-over
		return -1, errors.Join(err, sys.ClosePassed(theirs))
	}
	return theirs, nil
}

func (v *service) add(t *userThread) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.ended:
		return errEnding
	case len(v.sessions) >= v.limit:
		return errFull
	}
	v.sessions[t] = struct{}{}
	v.running.Add(1)
	return nil
}

func (v *service) remove(t *userThread) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.sessions, t)
}

// threadIdentity checks who somebody is to become. nil is for tests.
func (s *Server) threadIdentity(i *Identity) (*sys.ThreadIdentity, error) {
	if i == nil {
		return nil, nil //nolint:nilnil // it stays who it is
	}
	if !s.AllowRoot && (i.UID == 0 || i.GID == 0 || slices.Contains(i.Groups, 0)) {
		return nil, fmt.Errorf("user %d, group %d, groups %d: a session may not be root's, nor in root's group: %w", i.UID, i.GID, i.Groups, vfs.ErrPermission)
	}
	guard := s.Guard
	if guard == 0 {
		guard = nobody
	}
	return &sys.ThreadIdentity{UID: i.UID, GID: i.GID, Groups: slices.Clone(i.Groups), Guard: guard}, nil
}

// stop makes the thread end its session, if it is not in the middle of a call.
func (t *userThread) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		_ = sys.ShutdownPair(t.fd) // it has gone already
	}
}

func (t *userThread) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return sys.ClosePassed(t.fd)
}

// run is the life of the session, on a thread of its own. ended is called
// elsewhere: nothing of the owner's may happen with the user's rights, be it
// that a log opens its file.
func (t *userThread) run(id *sys.ThreadIdentity, root string, begun chan<- error, ended func(error)) {
	err := t.enter(id, root)
	begun <- err
	if err != nil {
		err = nil // it has been said
	} else {
		err = errors.Join(safely(t.serve), safely(t.leave))
	}
	err = errors.Join(err, t.close())
	go ended(err)
}

// enter becomes the user and opens the root.
func (t *userThread) enter(id *sys.ThreadIdentity, root string) error {
	if id != nil {
		if err := sys.BecomeOnThread(*id); err != nil {
			return err
		}
	}
	fsys, err := osfs.New(root, osfs.Options{})
	t.fsys = fsys
	return err
}

// serve answers until the Client's end is closed.
func (t *userThread) serve() error {
	buf := make([]byte, maxRequest)
	for {
		n, passed, err := sys.ReceiveMessage(t.fd, buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && passed >= 0 {
			err = errors.Join(errMalformed, sys.ClosePassed(passed))
		}
		if err != nil {
			return fmt.Errorf("session: %w", err)
		}
		a, err := t.answer(buf[:n])
		if err != nil {
			return fmt.Errorf("session: request: %w", err)
		}
		pass := -1
		if a.close != nil {
			pass = a.pass
		}
		err = sys.SendMessage(t.fd, t.out.b, pass)
		if a.close != nil {
			_ = a.close() // nothing was written to it here
		}
		if err != nil {
			return nil //nolint:nilerr // the Client has gone, which is how sessions end
		}
		if cap(t.out.b) > maxRequest {
			t.out.b = nil // a listing: an idle session holds little
		}
	}
}

// safely turns a fault into the end of this session alone.
func safely(do func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("fault: %v\n%s", fault, debug.Stack())
		}
	}()
	return do()
}

// leave ends what the Client has left open: Writers are aborted.
func (t *userThread) leave() error {
	var errs []error
	for _, w := range t.writers {
		errs = append(errs, w.Abort(errEnding))
	}
	for _, l := range t.lists {
		l.stop()
	}
	if c, ok := t.fsys.(io.Closer); ok {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// listing is a directory that is being listed.
type listing struct {
	next func() (vfs.Info, error, bool)
	stop func()
	// failed is an error that found no room behind the entries before it.
	failed error
}

func newListing(seq iter.Seq2[vfs.Info, error]) *listing {
	next, stop := iter.Pull2(seq)
	return &listing{next: next, stop: stop}
}

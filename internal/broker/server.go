package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"ferry/internal/sys"
)

// Server is the end that has the power to become somebody. Its functions are
// called on goroutines of their own, several at once, and never on a thread
// that has become somebody.
type Server struct {
	// Grant decides a login. request is what the Client was given, and comes
	// from a process that may have been taken over; the Answer goes back the
	// same way. An error refuses, and its text reaches the Client's caller.
	// ctx ends when nobody waits for the answer any more.
	Grant func(ctx context.Context, request []byte) (*Grant, error)

	// Open opens a file that was fixed at the start, by its key: a certificate,
	// a log to be opened again. nil refuses all.
	Open func(key string) (*os.File, error)

	// Chown gives an open file away, as far as that was configured. What it gets
	// may be any descriptor. nil refuses all.
	Chown func(f *os.File) error

	// Log gets what went wrong at this end; nil drops it.
	Log *slog.Logger

	// MaxSessions is how many sessions there may be at once, each of which is
	// an OS thread here; 0 is 4096. Where the system allows the process fewer
	// threads there are fewer, and the Log says so.
	MaxSessions int

	// Guard is the user that the threads of sessions are in all but the files:
	// whoever has that number may kill the broker, so it must not be anybody
	// who logs in, nor root. 0 is 65534, the kernel's number for nobody.
	Guard uint32

	// AllowRoot lets sessions have the user, the group or a supplementary group
	// of number 0. They have no capability all the same.
	AllowRoot bool

	// asSelf leaves the threads who they are, for tests without root.
	asSelf bool
}

// Identity is who a session is, in numbers.
type Identity struct {
	UID, GID uint32
	Groups   []uint32 // supplementary ones
}

// Grant is the outcome of a login that was let in.
type Grant struct {
	// Identity is whose session it is. nil: no session is made, only Answer
	// goes back.
	Identity *Identity
	// Root is the directory that the session sees, opened with the Identity's
	// rights.
	Root string
	// Answer goes to the Client's caller; MaxPayload bytes at most.
	Answer []byte
	// Done, if there, is called once: when the session has ended, or at once
	// where there is none.
	Done func()
}

// The defaults of a Server, and what it waits for.
const (
	defaultSessions = 4096
	nobody          = 65534

	// maxPending is how many requests are worked on at once; then no more are
	// read. A Client does not send more.
	maxPending = 256

	// endWait is how long the end waits for sessions that are in a system call,
	// of a file system that does not answer, say.
	endWait = 10 * time.Second

	// spareThreads are those of the process that belong to no session.
	spareThreads = 1000

	// taskReserve are those that the system must allow besides the sessions, to
	// this process and to its kin.
	taskReserve = 128
)

// errEnding is given to whoever comes after the end.
var errEnding = errors.New("the broker is ending")

// Serve answers the Client at the other end of conn, which it takes over, until
// that has gone or ctx ends; then it ends all sessions and waits for them. The
// end of the Client is no error.
func (s *Server) Serve(ctx context.Context, conn *net.UnixConn) error {
	sock, err := overConn(conn)
	if err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	v := &service{
		server:   s,
		sock:     sock,
		ctx:      ctx,
		log:      s.Log,
		limit:    s.MaxSessions,
		pending:  make(chan struct{}, maxPending),
		cancels:  make(map[uint32]context.CancelFunc),
		sessions: make(map[*userThread]struct{}),
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if v.limit <= 0 {
		v.limit = defaultSessions
	}
	if room := max(1, sys.TaskRoom()-taskReserve); room < v.limit {
		v.log.Warn("the system allows the broker fewer threads than sessions were wanted", "sessions", room, "wanted", v.limit)
		v.limit = room
	}
	// The runtime ends a program that has more threads than it believes in.
	if before := debug.SetMaxThreads(v.limit + spareThreads); before > v.limit+spareThreads {
		debug.SetMaxThreads(before)
	}
	stop := context.AfterFunc(ctx, sock.abandon)
	defer stop()
	err = v.read()
	if ctx.Err() != nil {
		err = nil
	}
	cancel()
	return errors.Join(err, v.end(), sock.close())
}

// service is one call of Serve.
type service struct {
	server  *Server
	sock    *socket
	ctx     context.Context //nolint:containedctx // it is the service's
	log     *slog.Logger
	limit   int
	pending chan struct{}
	running sync.WaitGroup // requests and sessions

	mu       sync.Mutex
	cancels  map[uint32]context.CancelFunc // of the logins that are decided
	sessions map[*userThread]struct{}
	ended    bool
}

// end ends every session and waits until all is quiet.
func (v *service) end() error {
	v.mu.Lock()
	v.ended = true
	for t := range v.sessions {
		t.stop()
	}
	v.mu.Unlock()
	quiet := make(chan struct{})
	go func() {
		v.running.Wait()
		close(quiet)
	}()
	timer := time.NewTimer(endWait)
	defer timer.Stop()
	select {
	case <-quiet:
		return nil
	case <-timer.C:
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return fmt.Errorf("broker: %d sessions did not end within %v", len(v.sessions), endWait)
}

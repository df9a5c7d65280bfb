package ftpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
)

// Server serves FTP. Its fields are set before Serve and not changed after.
type Server struct {
	// Accounts decides who may log in. Required.
	Accounts Accounts
	// Greeting is the text of the first reply, several lines separated by LF;
	// "" is "FTP server ready."
	Greeting string
	// Policy is how the server behaves, unless a User brings its own. The zero
	// Policy allows neither data mode; start from DefaultPolicy.
	Policy Policy
	// PassiveMin and PassiveMax are the first and the last passive port.
	PassiveMin, PassiveMax uint16
	// PassiveTurn is how long PASV waits while every passive port has a session
	// waiting for the same client address; then 425. PassiveBadPeer is how long
	// a transfer waits for the right peer once a wrong one has come; then 425.
	PassiveTurn, PassiveBadPeer time.Duration
	// MaxSessions and MaxPerAddress limit the sessions at one time, of all and
	// of one client address (max_clients, max_per_ip); 0 is no limit.
	MaxSessions, MaxPerAddress int
	// MaxLoginFails ends a session after that many wrong logins
	// (max_login_fails); 0 is no limit. FailedLoginDelay and LoginDelay are
	// waited before a bad and a good answer.
	MaxLoginFails                int
	FailedLoginDelay, LoginDelay time.Duration
	// Admit, if not nil, is asked about each new control connection; an error
	// turns it away, with the reply of a *RefusalError. It holds up the accepting of
	// others, so it must not wait for anything.
	Admit func(peer netip.AddrPort) error
	// TLS offers AUTH TLS, and serves the listeners of ServeTLS; nil does
	// neither. It is copied for each session, with session ticket keys of its own.
	TLS *tls.Config
	// Trace is told what happens; nil is nobody.
	Trace *Trace
	// ListenData and DialData open passive ports and dial active connections;
	// nil uses the machine's network. DialData's local address has a port if it
	// must be dialled from there.
	ListenData func(ctx context.Context, local netip.AddrPort) (net.Listener, error)
	DialData   func(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error)

	once     sync.Once
	pool     *dtp.Pool
	network  netx.Network
	base     context.Context // ends when sessions must
	end      context.CancelCauseFunc
	draining atomic.Bool
	nextID   atomic.Uint64
	wg       sync.WaitGroup

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	sessions  map[*session]struct{}
	perAddr   map[netip.Addr]int
	refusing  int    // connections that are being turned away
	silent    uint64 // connections that were closed without a word, and not reported
}

// ErrServerClosed is returned by Serve after Shutdown or Close.
var ErrServerClosed = errors.New("ftpserver: server closed")

// errShutdown ends the transfers of a server that is closed.
var errShutdown = &dtp.Error{Cause: ftp.CauseShutdown}

// keepIdlePorts is how many passive ports stay open though nobody waits on them.
const keepIdlePorts = 128

// DefaultPolicy is the policy of vsftpd's compiled defaults as far as data
// connections and limits in time go: both modes, 60 seconds to make a data
// connection, 300 seconds without progress or command; and 120 seconds to log in, 30 of
// them for TLS.
func DefaultPolicy() Policy {
	return Policy{
		Idle: 300 * time.Second,
		Time: TimePolicy{Handshake: 30 * time.Second, Login: 120 * time.Second},
		Data: DataPolicy{
			Active: true, Passive: true,
			AcceptTimeout: 60 * time.Second, ConnectTimeout: 60 * time.Second, StallTimeout: 300 * time.Second,
			Kernel: true,
		},
		Upload:    UploadPolicy{Mode: 0o666, Umask: 0o077, UmaskEnable: true, Lock: true, ASCII: true},
		Download:  DownloadPolicy{ASCII: true},
		MDTMWrite: true, ChmodEnable: true,
	}
}

func (s *Server) init() {
	s.once.Do(func() {
		s.base, s.end = context.WithCancelCause(context.Background())
		s.network = netx.Network(netx.System{})
		if s.ListenData != nil || s.DialData != nil {
			s.network = handedNetwork{s}
		}
		s.pool = dtp.NewPool(dtp.PoolConfig{
			Network: s.network, Min: s.PassiveMin, Max: s.PassiveMax,
			TurnTimeout: s.PassiveTurn, BadPeerTimeout: s.PassiveBadPeer,
			KeepIdle: keepIdlePorts, Stranger: s.stranger,
		})
		s.mu.Lock()
		defer s.mu.Unlock()
		s.listeners = make(map[net.Listener]struct{})
		s.sessions = make(map[*session]struct{})
		s.perAddr = make(map[netip.Addr]int)
	})
}

// Serve accepts control connections on l until Shutdown or Close, or until l
// fails. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.serve(l, false) }

// ServeTLS is Serve for a port of implicit TLS: it begins with the handshake.
func (s *Server) ServeTLS(l net.Listener) error { return s.serve(l, true) }

func (s *Server) serve(l net.Listener, implicit bool) error {
	s.init()
	defer func() { _ = l.Close() }()
	s.mu.Lock()
	if s.draining.Load() {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	var pause time.Duration
	for {
		conn, err := l.Accept()
		if s.draining.Load() {
			if err == nil {
				_ = conn.Close()
			}
			return ErrServerClosed
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			// For want of descriptors mostly, which passes however long a flood
			// of connections lasts. A listener that is broken for good ends when
			// the pause has grown to a second.
			if pause = max(2*pause, 5*time.Millisecond); pause > time.Second {
				if !passes(err) {
					return err
				}
				pause = time.Second
			}
			select {
			case <-time.After(pause):
			case <-s.base.Done():
			}
			continue
		}
		pause = 0
		if ss := s.admit(conn); ss != nil {
			ss.implicit = implicit
			go s.run(ss)
		}
	}
}

// passes reports an error of Accept that does not last: too many open files, mostly,
// or no memory for a moment.
func passes(err error) bool {
	if errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM) {
		return true
	}
	e, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err)
	return ok && e.Temporary()
}

// ServeConn serves one control connection to its end, whoever has accepted it
// (inetd). implicit says that TLS comes first.
func (s *Server) ServeConn(conn net.Conn, implicit bool) {
	s.init()
	if ss := s.admit(conn); ss != nil {
		ss.implicit = implicit
		ss.resting.conn = nil // its goroutine is the caller's
		s.run(ss)
	}
}

// run serves a session that was admitted, to its end or until it rests.
func (s *Server) run(ss *session) {
	over := true
	defer func() {
		if !over {
			go s.rest(ss)
			return
		}
		s.dismiss(ss)
		s.wg.Done()
	}()
	defer ss.rescue()
	over = ss.serve(s.base)
}

// Shutdown stops accepting, sends idle sessions away, waits until the running
// transfers are over, and then closes everything. If ctx ends first, what still
// runs is cut off and ctx's error returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.init()
	s.draining.Store(true)
	s.mu.Lock()
	for l := range s.listeners {
		_ = l.Close()
	}
	for ss := range s.sessions {
		ss.wake()
	}
	s.mu.Unlock()
	over := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(over)
	}()
	var err error
	select {
	case <-over:
	case <-ctx.Done():
		err = ctx.Err()
		s.end(errShutdown)
		s.cutOff()
		<-over
	}
	s.end(errShutdown)
	_ = s.pool.Close()
	return err
}

// cutOff closes the control connections.
func (s *Server) cutOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ss := range s.sessions {
		go func() { _ = ss.conn.Close() }() // under TLS it may take a while to say good-bye
	}
}

// Close is Shutdown without patience: transfers are cut off.
func (s *Server) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Shutdown(ctx)
	return nil
}

// Sessions is the number of sessions now.
func (s *Server) Sessions() int {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

func (s *Server) stranger(st dtp.Stranger) {
	if s.Trace != nil && s.Trace.Stranger != nil {
		s.Trace.Stranger(StrangerInfo{Port: st.Port, Peer: st.Peer, Waiting: st.Waiting})
	}
}

// handedNetwork makes data connections with the functions of a Server.
type handedNetwork struct{ s *Server }

func (n handedNetwork) Listen(ctx context.Context, cfg netx.ListenConfig) (net.Listener, error) {
	if n.s.ListenData == nil {
		return netx.System{}.Listen(ctx, cfg)
	}
	return n.s.ListenData(ctx, cfg.Addr)
}

func (n handedNetwork) Dial(ctx context.Context, cfg netx.DialConfig) (net.Conn, error) {
	if n.s.DialData == nil {
		return netx.System{}.Dial(ctx, cfg)
	}
	return n.s.DialData(ctx, cfg.Local, cfg.Remote)
}

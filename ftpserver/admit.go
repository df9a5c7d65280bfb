package ftpserver

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// refusalTimeout is how long the reply to a connection that is turned away may
// take. maxRefusals are turned away at one time; what comes beyond is closed
// without a word, so that a flood costs neither memory nor the accepting of
// others.
const (
	refusalTimeout = 5 * time.Second
	maxRefusals    = 64
)

// RefusalError is an error that turns a connection or a login away with a reply of
// its own, and says why in one word. With the code 421 a login ends its session.
type RefusalError struct {
	Cause ftp.Cause
	Reply ftp.Reply
}

// NewRefusal makes a RefusalError whose reply tells the cause behind the text.
func NewRefusal(code ftp.Code, cause ftp.Cause, text string) *RefusalError {
	return &RefusalError{Cause: cause, Reply: ftp.Replyf(code, "%s (%s).", text, cause)}
}

// Error is the cause and the reply.
func (r *RefusalError) Error() string { return string(r.Cause) + ": " + r.Reply.String() }

// RefusedInfo is a control connection that was turned away at once.
type RefusedInfo struct {
	Peer  netip.AddrPort
	Cause ftp.Cause
	Reply ftp.Reply
	// Silent is how many more connections were closed without a reply since
	// the last report, as too many were being turned away.
	Silent uint64
}

// admit makes a session of a connection, or turns it away. The session counts
// from now on, and dismiss ends that.
func (s *Server) admit(conn net.Conn) *session {
	peer, local := netx.RemoteAddrPort(conn), netx.LocalAddrPort(conn)
	addr := peer.Addr()
	refusal := s.asked(peer)
	s.mu.Lock()
	switch {
	case s.draining.Load():
		refusal = &RefusalError{ftp.CauseShutdown, ftp.Reply{Code: ftp.CodeClosing, Lines: []string{"The server is stopping, please try later."}}}
	case refusal != nil:
	case s.MaxSessions > 0 && len(s.sessions) >= s.MaxSessions:
		refusal = &RefusalError{ftp.CauseTooManySessions, ftp.Reply{Code: ftp.CodeTooManySessions, Lines: []string{"There are too many connected users, please try later."}}}
	case s.MaxPerAddress > 0 && s.perAddr[addr] >= s.MaxPerAddress:
		refusal = &RefusalError{ftp.CauseTooManySessions, ftp.Reply{Code: ftp.CodeTooManySessions, Lines: []string{"There are too many connections from your internet address."}}}
	}
	if refusal != nil {
		silently := s.refusing >= maxRefusals
		if silently {
			s.silent++
		} else {
			s.refusing++
			s.wg.Add(1)
		}
		s.mu.Unlock()
		if silently {
			_ = conn.Close()
		} else {
			go s.turnAway(conn, peer, refusal)
		}
		return nil
	}
	ss := newSession(s, conn, peer, local)
	s.sessions[ss] = struct{}{}
	s.perAddr[addr]++
	s.wg.Add(1)
	s.mu.Unlock()
	return ss
}

// asked asks Admit about a connection.
func (s *Server) asked(peer netip.AddrPort) *RefusalError {
	if s.Admit == nil {
		return nil
	}
	err := s.Admit(peer)
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*RefusalError](err); ok {
		return refusal
	}
	return NewRefusal(ftp.CodeClosing, ftp.CauseInternal, "Service not available")
}

func (s *Server) turnAway(conn net.Conn, peer netip.AddrPort, r *RefusalError) {
	defer s.wg.Done()
	_ = conn.SetDeadline(time.Now().Add(refusalTimeout))
	_, _ = conn.Write(r.Reply.Append(nil))
	_ = conn.Close()
	s.mu.Lock()
	s.refusing--
	silent := s.silent
	s.silent = 0
	s.mu.Unlock()
	if s.Trace != nil && s.Trace.Refused != nil {
		s.Trace.Refused(RefusedInfo{Peer: peer, Cause: r.Cause, Reply: r.Reply, Silent: silent})
	}
}

// dismiss takes a session off the books.
func (s *Server) dismiss(ss *session) {
	addr := ss.info.Peer.Addr()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, ss)
	if s.perAddr[addr]--; s.perAddr[addr] <= 0 {
		delete(s.perAddr, addr)
	}
}

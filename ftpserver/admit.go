package ftpserver

import (
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// refusalTimeout is how long the reply to a connection that is turned away may
// take.
const refusalTimeout = 5 * time.Second

// admit makes a session of a connection, or turns it away. The session counts
// from now on, and dismiss ends that.
func (s *Server) admit(conn net.Conn) *session {
	peer, local := netx.RemoteAddrPort(conn), netx.LocalAddrPort(conn)
	addr := peer.Addr()
	s.mu.Lock()
	var refusal *ftp.Reply
	switch {
	case s.draining.Load():
		refusal = &ftp.Reply{Code: ftp.CodeClosing, Lines: []string{"The server is stopping, please try later."}}
	case s.MaxSessions > 0 && len(s.sessions) >= s.MaxSessions:
		refusal = &ftp.Reply{Code: ftp.CodeTooManySessions, Lines: []string{"There are too many connected users, please try later."}}
	case s.MaxPerAddress > 0 && s.perAddr[addr] >= s.MaxPerAddress:
		refusal = &ftp.Reply{Code: ftp.CodeTooManySessions, Lines: []string{"There are too many connections from your internet address."}}
	}
	if refusal != nil {
		s.wg.Add(1)
		s.mu.Unlock()
		go s.turnAway(conn, peer, *refusal)
		return nil
	}
	ss := newSession(s, conn, peer, local)
	s.sessions[ss] = struct{}{}
	s.perAddr[addr]++
	s.wg.Add(1)
	s.mu.Unlock()
	return ss
}

func (s *Server) turnAway(conn net.Conn, peer netip.AddrPort, r ftp.Reply) {
	defer s.wg.Done()
	_ = conn.SetDeadline(time.Now().Add(refusalTimeout))
	_, _ = conn.Write(r.Append(nil))
	_ = conn.Close()
	if s.Trace != nil && s.Trace.Refused != nil {
		s.Trace.Refused(peer, r)
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

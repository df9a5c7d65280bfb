package ftpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
	"ferry/internal/wire"
	"ferry/vfs"
)

// session is one control connection and all that was said on it. The goroutine
// that runs serve owns it; only wake may be called from elsewhere.
type session struct {
	srv    *Server
	conn   *wire.Conn
	info   SessionInfo
	policy *Policy
	state  state
	trace  *Trace

	implicit bool // TLS comes before the greeting
	greeted  bool

	// Who is asking, and who has been let in.
	asked  *Login    // nil unless a password is awaited
	asking time.Time // since when there is no login
	fails  int       // wrong logins
	bad    int       // unknown commands before login
	user   *User
	fsys   vfs.FS
	umask  fs.FileMode
	perms  permFacts
	limit  map[Direction]Limiter

	// What was said about the next commands.
	utf8       bool // names are in UTF-8, whatever the policy's charset
	dir        string
	typ        ftp.Type
	rest       int64
	renameFrom string
	facts      ftp.FactSet
	told       map[string]struct{} // directories whose message was shown

	// The data connection that was agreed.
	data     dtp.Endpoint
	mode     DataMode
	epsvAll  bool
	lastPort uint16 // of the last PASV or EPSV
	cpsv     bool   // it was CPSV

	queue []input // what came in during a transfer
	end   *SessionEnd

	// What the handler of the command at hand tells the log.
	path, path2 string
	held        ftp.Reply // goes with the next one, unless it is empty
	ended       *ended

	sec   security
	after func(context.Context) // what the handler wants done once its reply is written

	writeUntil time.Time
	dying      ftp.Cause // what the wait for the next command may end with
	resting    resting
}

// input is a command line that was read, or why none was.
type input struct {
	cmd ftp.Command
	err error
}

// state is how far a session is; a command says in which it may come.
type state uint8

const (
	stateNew   state = 1 << iota // no name yet
	stateNamed                   // USER came, PASS is awaited
	stateIn                      // logged in
	stateAny   = stateNew | stateNamed | stateIn
)

func newSession(srv *Server, conn net.Conn, peer, local netip.AddrPort) *session {
	trace := srv.Trace
	if trace == nil {
		trace = new(Trace)
	}
	conn, _ = netx.InlineUrgent(conn) // fails only where the connection is gone already
	now := time.Now()
	s := &session{
		asking: now,
		srv:    srv, conn: wire.New(conn), trace: trace, policy: &srv.Policy,
		info:  SessionInfo{ID: srv.nextID.Add(1), Peer: peer, Local: local, Start: now},
		state: stateNew, typ: ftp.TypeASCII, dir: "/", facts: defaultFacts,
	}
	s.resting.conn, _ = conn.(netx.Waiter)
	return s
}

// serve greets, and answers commands until somebody ends the session, or until it rests: then
// it is not over.
func (s *session) serve(ctx context.Context) (over bool) {
	if !s.greeted {
		s.begin(ctx)
	}
	for s.end == nil {
		in := s.next()
		switch {
		case errors.Is(in.err, errRest):
			return false
		case in.err != nil:
			s.misread(in.err)
		default:
			s.answer(ctx, in.cmd)
		}
	}
	s.dropData()
	s.leave()
	_ = s.conn.Close()
	if s.trace.SessionEnd != nil {
		s.trace.SessionEnd(s.info, *s.end)
	}
	return true
}

// begin greets, after TLS if it comes first.
func (s *session) begin(ctx context.Context) {
	s.greeted = true
	if s.trace.SessionStart != nil {
		s.trace.SessionStart(s.info)
	}
	if s.implicit {
		if err := s.secure(ctx); err != nil {
			s.finish(ftp.CauseTLSHandshake, err)
			return
		}
		s.sec.private = true
	}
	s.write(greeting(s.srv.Greeting))
}

// rescue keeps the fault of one session from ending all of them. The data
// connection and what was written are lost; the trace gets the stack.
func (s *session) rescue() {
	fault := recover()
	if fault == nil {
		return
	}
	s.dropData()
	s.leave()
	_ = s.conn.Close()
	if s.trace.SessionEnd != nil {
		s.trace.SessionEnd(s.info, SessionEnd{Cause: ftp.CauseInternal, Err: fmt.Errorf("panic: %v\n%s", fault, debug.Stack())})
	}
}

// finish ends the session after the command at hand; the first word counts.
func (s *session) finish(cause ftp.Cause, err error) {
	if s.end == nil {
		s.end = &SessionEnd{Cause: cause, Err: err}
	}
}

// next reads the next command: first what came in during a transfer.
func (s *session) next() input {
	if s.resting.now {
		s.resting.now = false
		return s.read() // for which the limits are set
	}
	now := time.Now()
	until, cause := s.patience(now)
	s.dying = cause
	if !until.IsZero() && !until.After(now) {
		return input{err: os.ErrDeadlineExceeded} // whatever waits to be read
	}
	if len(s.queue) > 0 {
		in := s.queue[0]
		s.queue = s.queue[1:]
		return in
	}
	s.queue = nil
	look := s.resting.from(now, until)
	s.patient(look)
	in := s.read()
	if errors.Is(in.err, os.ErrDeadlineExceeded) && look != until && !s.srv.draining.Load() {
		s.resting.now, s.resting.until = true, until
		return input{err: errRest}
	}
	return in
}

// patient sets how long the session waits for a command.
func (s *session) patient(until time.Time) {
	_ = s.conn.SetReadDeadline(until)
	if s.srv.draining.Load() {
		s.wake() // the deadline just set may have undone another wake
	}
}

// read reads one command line.
func (s *session) read() input {
	cmd, err := s.conn.ReadCommand()
	if s.trace.Line != nil && err == nil {
		s.trace.Line(s.info, Line{Text: wire.Redact(cmd).String()})
	}
	return input{cmd, err}
}

// wake makes the session look up from an idle read.
func (s *session) wake() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) }

// misread answers what is no command, and ends the session if there is nobody
// left to answer.
func (s *session) misread(err error) {
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		s.write(ftp.Replyf(ftp.CodeLineTooLong, "Command line too long: more than %d bytes.", wire.MaxLine))
	case isLineError(err):
		s.write(ftp.Replyf(ftp.CodeBadArgument, "Bad command line: %v.", err))
	case errors.Is(err, os.ErrDeadlineExceeded) && s.srv.draining.Load():
		s.write(ftp.Replyf(ftp.CodeClosing, "The server is stopping."))
		s.finish(ftp.CauseShutdown, nil)
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.write(s.timeout(s.dying))
		s.finish(s.dying, nil)
	case errors.Is(err, wire.ErrFlood):
		s.write(ftp.Replyf(ftp.CodeClosing, "Too much input without an end of line."))
		s.finish(ftp.CauseProtocol, err)
	case errors.Is(err, wire.ErrTLS):
		s.write(ftp.Replyf(ftp.CodeBadCommand, "This port begins in clear: send AUTH TLS before the handshake."))
		s.finish(ftp.CauseProtocol, err)
	case errors.Is(err, io.EOF):
		s.finish(ftp.CauseControlLost, nil)
	default:
		s.finish(ftp.CauseControlLost, err)
	}
}

// answer runs one command and writes its final reply.
func (s *session) answer(ctx context.Context, cmd ftp.Command) {
	start := time.Now()
	s.path, s.path2, s.ended = "", "", nil
	cmd, err := s.decode(cmd)
	var reply ftp.Reply
	if err == nil {
		reply, err = s.dispatch(ctx, cmd)
	}
	if err != nil {
		reply = replyOf(err)
	}
	s.write(reply)
	if s.ended != nil {
		if s.trace.Transfer != nil {
			s.trace.Transfer(s.info, s.ended.info)
		}
		if s.ended.aborted {
			s.write(ftp.Replyf(ftp.CodeAborOK, "ABOR command successful."))
		}
	}
	if after := s.after; after != nil {
		s.after = nil
		if s.end == nil {
			after(ctx)
		}
	}
	if s.trace.Command != nil {
		s.trace.Command(s.info, CommandInfo{
			Command: wire.Redact(cmd), Path: s.path, Path2: s.path2,
			Reply: reply, Err: err, Elapsed: time.Since(start),
		})
	}
}

// replyTimeout is how long a reply may take to get rid of: a client that never
// reads does not hold the session.
const replyTimeout = 60 * time.Second

// write sends a reply, with the one that was held before it. A client that cannot be written to has
// gone.
func (s *session) write(r ftp.Reply) {
	if now := time.Now(); s.writeUntil.Sub(now) < replyTimeout/2 {
		s.writeUntil = now.Add(replyTimeout)
		_ = s.conn.SetWriteDeadline(s.writeUntil)
	}
	held := s.held
	s.held = ftp.Reply{}
	if s.trace.Line != nil {
		if held.Code != 0 {
			s.trace.Line(s.info, Line{Sent: true, Text: held.String()})
		}
		s.trace.Line(s.info, Line{Sent: true, Text: r.String()})
	}
	var err error
	if held.Code != 0 {
		err = s.conn.WriteReplies(s.encode(held), s.encode(r))
	} else {
		err = s.conn.WriteReply(s.encode(r))
	}
	if err != nil {
		s.finish(ftp.CauseControlLost, err)
	}
}

// resolve makes an absolute pathname of an argument, and notes it for the log.
func (s *session) resolve(arg string) (string, error) {
	name, err := vfs.Clean(s.dir, s.tilde(arg))
	if err != nil {
		return "", err
	}
	s.path = name
	return name, nil
}

// leave tells the user's account that the session is his no longer.
func (s *session) leave() {
	if s.user != nil && s.user.Leave != nil {
		s.user.Leave()
	}
	s.user = nil
}

// dropData forgets the data connection that was agreed.
func (s *session) dropData() {
	if s.data != nil {
		_ = s.data.Close()
		s.data = nil
	}
	s.cpsv = false
}

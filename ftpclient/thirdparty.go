package ftpclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// ThirdPartyOptions say how ThirdParty copies. The zero value makes a whole new
// file.
type ThirdPartyOptions struct {
	// Offset is from where on the file is copied: what the other server has before
	// it stays, and has to be the same (REST at both).
	Offset int64
	// Clear allows a copy in clear between servers of which one or both are spoken
	// to under TLS. The content of the file can then be read on the way.
	Clear bool
	// Limit is how long the copy may take, as nobody here sees whether bytes move; 0 is
	// a day.
	Limit time.Duration
}

// defaultCopyLimit is that of ThirdPartyOptions.
const defaultCopyLimit = 24 * time.Hour

var (
	// ErrNoThirdParty is wrapped where two servers would not make a data connection
	// to each other, in any way: most refuse, as it can be abused (RFC 2577 §3). The
	// file can go through the client. Error.Tried has the reasons.
	ErrNoThirdParty = errors.New("the servers do not transfer to each other")
	// ErrWouldBeClear is wrapped where the copy could be made in clear only, and
	// ThirdPartyOptions.Clear does not allow it.
	ErrWouldBeClear = errors.New("a transfer between these servers would be in clear: neither of them has SSCN or CPSV, or one is spoken to without TLS")
	// ErrSameConn is given for a copy from a Conn to itself: it takes two.
	ErrSameConn = errors.New("a transfer between servers needs two connections")
	// ErrSizes is wrapped where the copy has another size than the file.
	ErrSizes = errors.New("the copy has another size than the file")
)

// ThirdParty copies a file from one server to another, or to another place of the
// same one, without its content passing the client: one of the servers is told to
// listen (PASV, EPSV), and the other to connect to it (PORT, EPRT; RFC 959 §5.2 calls
// that an interserver transfer). Each is tried in each part. Of two servers under
// TLS one has to be the TLS client (SSCN, CPSV), which neither can check the
// certificate of the other. Sizes are compared at the end if both servers tell them.
//
// Both Conns are in use meanwhile, and usable afterwards unless a server stops to
// answer. Result.Mode is how the server that listened was asked, Bytes is -1 if no
// server tells. Errors wrap ErrNoThirdParty, ErrWouldBeClear, ErrSizes, or are those of
// the file.
func ThirdParty(ctx context.Context, from, to *Conn, name, dest string, o ThirdPartyOptions) (Result, error) {
	p := &thirdParty{options: o, from: &side{conn: from, command: ftp.Command{Verb: "RETR", Arg: name}}, to: &side{conn: to, command: ftp.Command{Verb: "STOR", Arg: dest}}}
	if from == to {
		return Result{}, &Error{Phase: PhaseOpen, Command: p.from.command, Err: ErrSameConn}
	}
	// Two copies between the same connections in both directions must not wait for
	// each other.
	order := []*side{p.from, p.to}
	if to.number < from.number {
		slices.Reverse(order)
	}
	for _, s := range order {
		if err := s.conn.take(ctx); err != nil {
			return Result{}, &Error{Phase: PhaseOpen, Command: s.command, Err: err}
		}
		defer s.conn.release()
	}
	return p.run(ctx)
}

// conns numbers the Conns.
var conns atomic.Uint64

// thirdParty is one copy between two servers.
type thirdParty struct {
	options  ThirdPartyOptions
	from, to *side
	size     int64 // of the file; -1 is unknown
}

// run tries every way in turn.
func (p *thirdParty) run(ctx context.Context) (Result, error) {
	for _, s := range []*side{p.from, p.to} {
		if err := s.conn.setType(ctx, ftp.TypeImage); err != nil {
			return Result{}, err
		}
	}
	// What is not there must not cost the target its content.
	var err error
	if p.size, err = p.from.size(ctx); err != nil {
		return Result{}, err
	}
	ways, err := p.ways()
	if err != nil {
		return Result{}, &Error{Phase: PhaseMode, Command: p.from.command, Err: err}
	}
	var tried []Attempt
	for _, w := range ways {
		began := time.Now()
		p.from.conn.rung(ctx, w.mode(), nil)
		err := p.try(ctx, w)
		if err == nil {
			done := Result{Bytes: -1, Elapsed: time.Since(began), Mode: w.mode(), Private: w.private()}
			if p.size >= 0 {
				done.Bytes = p.size - p.options.Offset
			}
			return done, p.compare(ctx)
		}
		p.from.conn.rung(ctx, w.mode(), err)
		e, ok := errors.AsType[*Error](err)
		if !ok || !climbs(e) && !refusesCopy(e) || isOver(ctx) || p.from.conn.broken != nil || p.to.conn.broken != nil {
			if ok {
				e.Tried = tried
			}
			return Result{}, err
		}
		tried = append(tried, Attempt{w.mode(), err})
	}
	return Result{}, &Error{Phase: PhaseMode, Command: p.from.command, Tried: tried, Err: ErrNoThirdParty}
}

// refusesCopy reports a refusal that may be one of copies between servers: not all
// have the code for it.
func refusesCopy(e *Error) bool {
	return e.Phase == PhaseOpen && (e.Reply.Code == ftp.CodeNotForParameter || e.Reply.Code == ftp.CodeBadArgument)
}

// compare wants the copy to be as long as the file.
func (p *thirdParty) compare(ctx context.Context) error {
	if p.size < 0 {
		return nil
	}
	copied, err := p.to.size(ctx)
	switch {
	case err != nil:
		return err
	case copied >= 0 && copied != p.size:
		return &Error{Phase: PhaseFinal, Command: p.to.command, Err: fmt.Errorf("%w: %d bytes, not %d", ErrSizes, copied, p.size)}
	}
	return nil
}

// side is one of the two servers.
type side struct {
	conn    *Conn
	command ftp.Command
	asked   bool // the command is sent, and its final reply not read
	rested  bool // REST is sent, and no transfer since
}

// size is the length of the side's file; -1 is unknown, as the server has no SIZE.
func (s *side) size(ctx context.Context) (int64, error) {
	r, err := s.conn.cmd(ctx, PhaseCommand, "SIZE", s.command.Arg)
	switch code := Code(err); {
	case code == ftp.CodeBadCommand || code == ftp.CodeNotImplemented || code == ftp.CodeNotForParameter:
		return -1, nil
	case err != nil:
		return -1, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(r.Text()), 10, 64)
	if err != nil || n < 0 {
		return -1, garbled("SIZE", s.command.Arg, r)
	}
	return n, nil
}

// ip4 reports a server that is spoken to over IPv4, which PASV and PORT are for.
func (s *side) ip4() bool { return netx.RemoteAddrPort(s.conn.wire.NetConn()).Addr().Is4() }

package ftpclient

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
)

// try makes the copy in one way. Whatever fails leaves both connections in step.
func (p *thirdParty) try(ctx context.Context, w way) (err error) {
	step, cancel := context.WithTimeout(ctx, min(p.from.conn.cfg.stepTimeout(), p.from.conn.cfg.timeout()))
	defer cancel()
	undo, err := w.prepare(step)
	defer func() {
		undoing, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.from.conn.cfg.timeout())
		defer cancel()
		if undoErr := undo(undoing); err == nil {
			err = undoErr
		}
	}()
	if err != nil {
		return err
	}
	at, err := w.agree(step)
	if err != nil {
		return err
	}
	if p.options.Offset > 0 {
		for _, s := range []*side{p.from, p.to} {
			s.rested = true
			if _, err := s.conn.cmd(step, PhaseOpen, "REST", formatInt(p.options.Offset)); err != nil {
				p.unrest(ctx)
				return err
			}
		}
	}
	if err := p.transfer(ctx, step, w); err != nil {
		p.giveUp(w, at)
		p.unrest(ctx)
		return err
	}
	return nil
}

// unrest takes REST back where no transfer has used it up: the next one would begin in
// the middle.
func (p *thirdParty) unrest(ctx context.Context) {
	for _, s := range []*side{p.from, p.to} {
		if !s.rested || s.conn.broken != nil {
			continue
		}
		s.rested = false
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.conn.cfg.timeout())
		defer cancel()
		if _, err := s.conn.ask(ctx, ftp.Command{Verb: "REST", Arg: "0"}); err != nil {
			s.conn.breakOff(err)
		}
	}
}

// transfer sends both commands and waits for what both servers say at the end.
func (p *thirdParty) transfer(ctx, step context.Context, w way) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.options.Limit, defaultCopyLimit))
	defer cancel()
	if err := p.from.send(step, w); err != nil {
		return err
	}
	// The server that connects can do so before the other one has its command. If it
	// has not got the file, the other one never hears of the copy.
	if w.active == p.from {
		if err := p.from.opening(step, w); err != nil {
			return err
		}
	}
	if err := p.to.send(step, w); err != nil {
		return err
	}
	type end struct {
		side *side
		err  error
	}
	usual := p.from.conn.cfg.timeout() // which ending changes meanwhile
	ends := make(chan end, 2)
	for _, s := range []*side{p.from, p.to} {
		go func() {
			err := error(nil)
			if s != p.from || w.active != p.from {
				err = s.opening(step, w)
			}
			if err == nil {
				err = s.ending(ctx, w)
			}
			ends <- end{s, err}
		}()
	}
	var failed error
	for range 2 {
		e := <-ends
		wait := usual // one has all, and the other no reason to take longer
		other, ok := errors.AsType[*Error](e.err)
		switch {
		case ok && other.Phase == PhaseFinal:
			wait = lastWords
		case e.err != nil:
			wait = 0
		}
		late := time.AfterFunc(wait, cancel)
		defer late.Stop()
		if failed == nil || ok && climbs(other) {
			failed = cmp.Or(e.err, failed)
		}
	}
	return failed
}

// lastWords is how long a server is waited for when the copy has failed at the other
// one: it may know better why.
const lastWords = time.Second

// send sends the side's command.
func (s *side) send(ctx context.Context, w way) error {
	if err := s.conn.settle(ctx); err != nil {
		return &Error{Phase: PhaseOpen, Mode: w.mode(), Command: s.command, Err: err}
	}
	if err := s.conn.send(ctx, s.command); err != nil {
		return &Error{Phase: PhaseOpen, Mode: w.mode(), Command: s.command, Err: err}
	}
	s.asked, s.rested = true, false
	return nil
}

// opening reads the first reply to the side's command, for which the servers have to
// be connected.
func (s *side) opening(step context.Context, w way) error {
	r, err := s.conn.read(step)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Phase: PhaseConnect, Mode: w.mode(), Command: s.command, Cause: ftp.CausePassiveNoConnection, Err: errNotConnected}
	case err != nil:
		return &Error{Phase: PhaseOpen, Mode: w.mode(), Command: s.command, Err: err}
	case r.Code.Negative():
		s.asked = false
		return &Error{Phase: PhaseOpen, Mode: w.mode(), Command: s.command, Reply: r}
	case !r.Code.Preliminary():
		s.asked = false // that was all
	}
	return nil
}

// errNotConnected is a server that cannot reach the other one and does not say so.
var errNotConnected = errors.New("the servers have not made a connection to each other")

// ending reads the last reply to the side's command, and keeps the control connection
// alive meanwhile.
func (s *side) ending(ctx context.Context, w way) error {
	if !s.asked {
		return nil
	}
	c := s.conn
	defer c.patient(2 * defaultCopyLimit)() // ctx says how long
	noops := c.keepAlive()
	r, err := c.awaitTransfer(ctx)
	c.noops += noops.stop()
	switch {
	case err != nil:
		return &Error{Phase: PhaseFinal, Mode: w.mode(), Command: s.command, Cause: ftp.CauseControlLost, Err: err}
	case !r.Code.Completion():
		s.asked = false
		return &Error{Phase: s.phase(r), Mode: w.mode(), Command: s.command, Reply: r}
	}
	s.asked = false
	return nil
}

// phase is where a last reply says that the copy failed: some servers make the data
// connection behind their 150.
func (s *side) phase(r ftp.Reply) Phase {
	switch r.Code {
	case ftp.CodeNoDataConn, ftp.CodeDataTLS:
		return PhaseConnect
	default:
		return PhaseFinal
	}
}

// giveUp ends what is still going on. A server that waits for the other one may be
// deaf meanwhile; a connection from here, closed at once, ends its waiting.
func (p *thirdParty) giveUp(w way, at netip.AddrPort) {
	if w.passive.asked && w.passive.conn.broken == nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if nc, err := w.passive.conn.dialData(ctx, at); err == nil {
			reset(nc)
		}
	}
	for _, s := range []*side{w.active, w.passive} {
		if s.asked {
			s.conn.abort()
			s.asked = false
		}
	}
}

// reset closes a connection so that nobody takes it for the end of a file.
func reset(nc net.Conn) {
	if tcp, ok := nc.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = nc.Close()
}

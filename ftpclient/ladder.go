package ftpclient

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
)

// errNoMode is a ladder without a rung for this connection.
var errNoMode = errors.New("no mode is left to try")

// rungs are the modes for the next transfer: what worked first and what has failed
// last, without what the server does not know or the family of addresses has no use
// for.
func (c *Conn) rungs() []Mode {
	first := c.won
	if first == "" && c.cfg.Memory != nil {
		first = c.cfg.Memory.Mode(c.place())
	}
	ip4 := netx.RemoteAddrPort(c.wire.NetConn()).Addr().Is4()
	var modes, last []Mode
	for _, m := range c.cfg.modes() {
		switch {
		case c.refused[m] != nil:
		case !ip4 && m != EPSV && m != EPRT && c.cfg.Dial == nil:
		case c.cfg.learnt.hasFailed(m):
			last = append(last, m)
		case m == first:
			modes = slices.Insert(modes, 0, m)
		default:
			modes = append(modes, m)
		}
	}
	return append(modes, last...)
}

// open makes a data connection for a command, and sends that: on the first rung
// that holds.
func (c *Conn) open(ctx context.Context, command ftp.Command, rest int64) (*transfer, error) {
	modes := c.rungs()
	var tried []Attempt
	for i, m := range modes {
		c.rung(ctx, m, nil)
		t, err := c.try(ctx, m, command, rest, i < len(modes)-1)
		if err == nil {
			return t, nil
		}
		c.rung(ctx, m, err)
		e, ok := errors.AsType[*Error](err)
		if !ok || !climbs(e) || isOver(ctx) || c.broken != nil {
			if ok {
				e.Tried = tried
			}
			if ok && c.broken != nil {
				c.cfg.learnt.modeFailed(m)
			}
			return nil, err
		}
		c.cfg.learnt.modeFailed(m)
		tried = append(tried, Attempt{m, err})
	}
	for m, err := range c.refused {
		if slices.Contains(c.cfg.modes(), m) && !slices.ContainsFunc(tried, func(a Attempt) bool { return a.Mode == m }) {
			tried = append(tried, Attempt{m, err})
		}
	}
	return nil, &Error{Phase: PhaseMode, Command: command, Tried: tried, Err: errNoMode}
}

func (c *Conn) rung(ctx context.Context, m Mode, err error) {
	for _, trace := range traces(ctx, c.cfg.Trace) {
		if trace != nil && trace.Rung != nil {
			trace.Rung(m, err)
		}
	}
}

// climbs reports a failure of the data connection, which another mode may not
// have; the file itself is no matter of modes.
func climbs(e *Error) bool {
	switch e.Phase {
	case PhaseMode, PhaseConnect, PhaseDataTLS:
		return true
	case PhaseOpen:
		if e.Command.Verb == "REST" {
			return false // it is about the file
		}
		switch e.Reply.Code {
		case ftp.CodeNoDataConn, ftp.CodeTransferAborted, ftp.CodeProtPolicy, 500, 502, 503:
			return true
		default:
		}
	case PhaseDial, PhaseTLS, PhaseLogin, PhaseCommand, PhaseTransfer, PhaseFinal:
	}
	return false
}

// try makes a transfer on one rung. brief says that there is another one.
func (c *Conn) try(ctx context.Context, m Mode, command ftp.Command, rest int64, brief bool) (*transfer, error) {
	limit := c.cfg.timeout()
	if brief {
		limit = min(limit, c.cfg.stepTimeout())
	}
	step, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := &transfer{conn: c, mode: m, command: command}
	var err error
	if m.passive() {
		err = t.connect(step)
	} else {
		err = t.listen(step)
	}
	if err != nil {
		return nil, err
	}
	if err := t.begin(ctx, step, limit, rest); err != nil {
		if r := t.giveUp(); err.Reply.Code == 0 && r.Code.Negative() {
			err.Reply = r
		}
		return nil, err
	}
	return t, nil
}

// agree asks the server for a passive port.
func (c *Conn) agree(ctx context.Context, m Mode) (netip.AddrPort, error) {
	verb := passiveVerb(m)
	r, err := c.askPassive(ctx, m)
	fail := func(cause ftp.Cause, err error) (netip.AddrPort, error) {
		e := &Error{Phase: PhaseMode, Mode: m, Command: ftp.Command{Verb: verb}, Reply: r, Cause: cause, Err: err}
		if r.Code.Permanent() {
			c.refused[m] = e
		}
		return netip.AddrPort{}, e
	}
	if err != nil || !r.Code.Completion() {
		return fail("", err)
	}
	control := netx.RemoteAddrPort(c.wire.NetConn())
	// Devices between rewrite one reply into the other: what is readable counts.
	if port, err := ftp.ParseExtPassive(r.Text()); err == nil {
		return netip.AddrPortFrom(control.Addr(), port), nil
	}
	at, err := ftp.ParsePassive(r.Text())
	switch {
	case err != nil:
		return fail(ftp.CausePassiveReply, err)
	case m == PASVAnnounced && (at.Addr() == control.Addr() || at.Addr().IsUnspecified()) && slices.Contains(c.cfg.modes(), PASV):
		return fail("", errNotElsewhere)
	case m != PASVAnnounced || at.Addr() == control.Addr() || at.Addr().IsUnspecified():
		return netip.AddrPortFrom(control.Addr(), at.Port()), nil
	}
	if err := c.trusts(control.Addr(), at); err != nil {
		return fail(ftp.CausePassiveForeign, err)
	}
	return at, nil
}

// errNotElsewhere is an announced address at which PASV has tried already.
var errNotElsewhere = errors.New("the address in the reply is that of the control connection")

var errForeign = errors.New("the address in the reply may be somebody else's")

// trusts judges an announced address that is not the control connection's.
func (c *Conn) trusts(control netip.Addr, at netip.AddrPort) error {
	switch {
	case c.cfg.TrustAnnounced:
		return nil
	case at.Port() < 1024, scope(at.Addr()) < scope(control), !c.private:
		return errForeign
	}
	return nil
}

// scope says how far an address reaches.
func scope(a netip.Addr) int {
	switch a = a.Unmap(); {
	case a.IsLoopback():
		return 0
	case a.IsLinkLocalUnicast():
		return 1
	case a.IsPrivate():
		return 2
	}
	return 3
}

// connect opens a passive data connection.
func (t *transfer) connect(ctx context.Context) error {
	c := t.conn
	at, err := c.agree(ctx, t.mode)
	if err != nil {
		return err
	}
	nc, err := c.dialData(ctx, at)
	if err != nil {
		return &Error{Phase: PhaseConnect, Mode: t.mode, Cause: dtp.CauseOf(err), Err: err}
	}
	t.raw = nc
	return nil
}

// listen waits for an active data connection, and tells the server where.
func (t *transfer) listen(ctx context.Context) error {
	c := t.conn
	local, peer := netx.LocalAddrPort(c.wire.NetConn()).Addr(), netx.RemoteAddrPort(c.wire.NetConn()).Addr()
	if c.cfg.ActiveBind.IsValid() {
		local = c.cfg.ActiveBind
	}
	ps, err := c.ports().Listen(ctx, local, peer, c.cfg.ActiveAnyPeer, 0)
	if err != nil {
		return &Error{Phase: PhaseConnect, Mode: t.mode, Cause: dtp.CauseOf(err), Err: err}
	}
	t.waiting = ps
	told := netip.AddrPortFrom(ps.Addr().Addr(), uint16(int(ps.Addr().Port())+c.cfg.PortOffset))
	if c.cfg.Advertise.IsValid() {
		told = netip.AddrPortFrom(c.cfg.Advertise, told.Port())
	}
	command := ftp.Command{Verb: "PORT", Arg: ftp.FormatHostPort(told)}
	if t.mode == EPRT {
		command = ftp.Command{Verb: "EPRT", Arg: ftp.FormatEPRT(told)}
	}
	r, err := c.ask(ctx, command)
	if err == nil && r.Code.Completion() {
		return nil
	}
	e := &Error{Phase: PhaseMode, Mode: t.mode, Command: command, Reply: r, Err: err}
	if r.Code.Permanent() {
		c.refused[t.mode] = e
	}
	return errors.Join(e, ps.Close())
}

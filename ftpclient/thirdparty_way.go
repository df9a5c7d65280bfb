package ftpclient

import (
	"context"
	"errors"
	"net/netip"

	"ferry/ftp"
	"ferry/internal/netx"
)

// way is one way to make a data connection between two servers: who listens, by which
// commands, and who is the TLS client.
type way struct {
	passive, active *side
	extended        bool // EPSV and EPRT, not PASV and PORT
	// client is whom SSCN makes the TLS client; nil is nobody. cpsv does that to the
	// one that listens, by CPSV in the place of PASV.
	client *side
	cpsv   bool
	// clear takes TLS off the data connections of both.
	clear bool
}

// mode is how the server that listens is asked.
func (w *way) mode() Mode {
	if w.extended {
		return EPSV
	}
	return PASV
}

// private reports a data connection under TLS.
func (w *way) private() bool { return w.client != nil || w.cpsv }

// ways are all that can be, the best first: the file's server connects if it may, as
// it then says whether it has the file before the other one makes the copy.
func (p *thirdParty) ways() ([]way, error) {
	var ways []way
	for _, roles := range [][2]*side{{p.to, p.from}, {p.from, p.to}} {
		for _, extended := range []bool{false, true} {
			if !extended && (!p.from.ip4() || !p.to.ip4()) {
				continue
			}
			w := way{passive: roles[0], active: roles[1], extended: extended}
			ways = append(ways, p.secure(w)...)
		}
	}
	if len(ways) == 0 {
		return nil, ErrWouldBeClear
	}
	return ways, nil
}

// secure are the ways to have TLS, or to do without.
func (p *thirdParty) secure(w way) []way {
	from, to := p.from.conn.private, p.to.conn.private
	if !from && !to {
		return []way{w}
	}
	var ways []way
	if from && to {
		for _, s := range []*side{w.active, w.passive} {
			if s.conn.has("SSCN") {
				w := w
				w.client = s
				ways = append(ways, w)
			}
		}
		if w.passive.conn.has("CPSV") && !w.extended {
			w := w
			w.cpsv = true
			ways = append(ways, w)
		}
	}
	if len(ways) == 0 && p.options.Clear {
		w.clear = true
		ways = append(ways, w)
	}
	return ways
}

// prepare makes both servers ready for a way; undo is to be called after it, whatever
// it returns.
func (w *way) prepare(ctx context.Context) (undo func(context.Context) error, err error) {
	var undone []func(context.Context) error
	undo = func(ctx context.Context) error {
		var errs []error
		for _, f := range undone {
			errs = append(errs, f(ctx))
		}
		return errors.Join(errs...)
	}
	set := func(s *side, verb ftp.Verb, on, off string) error {
		undone = append(undone, func(ctx context.Context) error {
			var err error
			if s.conn.broken == nil {
				_, err = s.conn.cmd(ctx, PhaseMode, verb, off)
			}
			return err
		})
		_, err := s.conn.cmd(ctx, PhaseMode, verb, on)
		return err
	}
	if w.client != nil {
		return undo, set(w.client, "SSCN", "ON", "OFF")
	}
	if w.clear {
		for _, s := range []*side{w.passive, w.active} {
			if s.conn.private {
				if err := set(s, "PROT", "C", "P"); err != nil {
					return undo, err
				}
			}
		}
	}
	return undo, nil
}

// agree tells one server to listen, and the other to connect there.
func (w *way) agree(ctx context.Context) (netip.AddrPort, error) {
	c := w.passive.conn
	verb := ftp.Verb("PASV")
	switch {
	case w.extended:
		verb = "EPSV"
	case w.cpsv:
		verb = "CPSV"
	}
	r, err := c.cmd(ctx, PhaseMode, verb, "")
	if err != nil {
		return netip.AddrPort{}, err
	}
	at, ok := announced(c, r)
	if !ok {
		return at, &Error{Phase: PhaseMode, Command: ftp.Command{Verb: verb}, Reply: r, Cause: ftp.CausePassiveReply, Err: errOutOfPlace}
	}
	command := ftp.Command{Verb: "PORT", Arg: ftp.FormatHostPort(at)}
	if w.extended {
		command = ftp.Command{Verb: "EPRT", Arg: ftp.FormatEPRT(at)}
	}
	if _, err := w.active.conn.cmd(ctx, PhaseMode, command.Verb, command.Arg); err != nil {
		return at, foreign(err)
	}
	return at, nil
}

// foreign gives the refusal of an address its cause.
func foreign(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Reply.Code.Permanent() {
		e.Cause = ftp.CausePortAddressForeign
	}
	return err
}

// announced is where a server says that it listens: at the address of the control
// connection, unless the other one may be trusted.
func announced(c *Conn, r ftp.Reply) (netip.AddrPort, bool) {
	control := netx.RemoteAddrPort(c.wire.NetConn()).Addr().WithZone("")
	if port, err := ftp.ParseExtPassive(r.Text()); err == nil {
		return netip.AddrPortFrom(control, port), true
	}
	at, err := ftp.ParsePassive(r.Text())
	if err != nil || at.Port() == 0 {
		return netip.AddrPort{}, false
	}
	if at.Addr().IsUnspecified() || c.trusts(control, at) != nil {
		at = netip.AddrPortFrom(control, at.Port())
	}
	return at, true
}

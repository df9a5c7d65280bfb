package ftpserver

import (
	"context"
	"errors"
	"net/netip"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// reservedPort is the first port that active mode may dial: below, services
// listen that would take FTP data for theirs (RFC 2577 §3).
const reservedPort = 1024

func cmdPort(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	const bad = "Illegal PORT command."
	if err := s.mayActive(); err != nil {
		return ftp.Reply{}, err
	}
	remote, err := ftp.ParseHostPort(arg)
	if err != nil {
		return ftp.Reply{}, dataRefusal(ftp.CodeIllegalPort, bad, ftp.CausePortMalformed, netip.AddrPort{}, netip.AddrPort{}, err)
	}
	if err := s.agreeActive(remote, bad); err != nil {
		return ftp.Reply{}, err
	}
	return ftp.Replyf(ftp.CodePortOK, "PORT command successful. Consider using PASV."), nil
}

func cmdEprt(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	if err := s.mayActive(); err != nil {
		return ftp.Reply{}, err
	}
	remote, err := ftp.ParseEPRT(arg)
	switch {
	case errors.Is(err, ftp.ErrNetworkProtocol):
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadProtocol, "Bad network protocol, use (1,2).")
	case err != nil:
		return ftp.Reply{}, dataRefusal(ftp.CodeIllegalPort, "Bad EPRT command.", ftp.CausePortMalformed, netip.AddrPort{}, netip.AddrPort{}, err)
	case remote.Addr().Is4() != s.info.Local.Addr().Is4():
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadProtocol, "Bad network protocol, use (%d).", s.protocol())
	}
	if err := s.agreeActive(remote, "Illegal EPRT command."); err != nil {
		return ftp.Reply{}, err
	}
	return ftp.Replyf(ftp.CodePortOK, "EPRT command successful. Consider using EPSV."), nil
}

// mayActive forgets what was agreed before, and says whether active mode is to
// be had.
func (s *session) mayActive() error {
	switch {
	case !s.policy.Data.Active:
		return dataRefusal(ftp.CodeDenied, "Permission denied.", ftp.CausePortDisabled, netip.AddrPort{}, netip.AddrPort{}, nil)
	case s.epsvAll:
		return dataRefusal(ftp.CodeDenied, "Permission denied.", ftp.CauseEPSVAll, netip.AddrPort{}, netip.AddrPort{}, nil)
	}
	s.dropData()
	return nil
}

// agreeActive checks where the client wants to be dialled: at its own address, on no
// reserved port (RFC 2577 §3).
func (s *session) agreeActive(remote netip.AddrPort, bad string) error {
	peer, policy := s.info.Peer.Addr(), &s.policy.Data
	if remote.Addr().IsUnspecified() {
		// lftp says so over IPv6; the only address that it can mean is its own.
		remote = netip.AddrPortFrom(peer.WithZone(""), remote.Port())
	}
	cause := ftp.Cause("")
	switch ip := remote.Addr(); {
	case remote.Port() == 0, ip.IsMulticast():
		cause = ftp.CausePortMalformed
	case policy.ActiveAnyAddress:
	case ip != peer.WithZone("") && ip.IsPrivate() && !peer.IsPrivate() && !peer.IsLoopback():
		cause = ftp.CausePortAddressPrivate
	case ip != peer.WithZone(""):
		cause = ftp.CausePortAddressForeign
	case remote.Port() < reservedPort:
		cause = ftp.CausePortReserved
	}
	if cause != "" {
		return dataRefusal(ftp.CodeIllegalPort, bad, cause, netip.AddrPortFrom(peer, 0), remote, nil)
	}
	if remote.Addr().IsLinkLocalUnicast() && remote.Addr().Is6() {
		remote = netip.AddrPortFrom(remote.Addr().WithZone(peer.Zone()), remote.Port())
	}
	s.data = &dtp.Active{
		Network: s.srv.network, Local: s.info.Local.Addr(), SourcePort: policy.SourcePort, Remote: remote,
	}
	s.mode = Active
	return nil
}

func cmdPasv(ctx context.Context, s *session, _ string) (ftp.Reply, error) {
	if err := s.mayPassive(); err != nil {
		return ftp.Reply{}, err
	}
	if s.epsvAll {
		return ftp.Reply{}, dataRefusal(ftp.CodeDenied, "Permission denied.", ftp.CauseEPSVAll, netip.AddrPort{}, netip.AddrPort{}, nil)
	}
	if !s.info.Peer.Addr().Is4() {
		return ftp.Reply{}, dataRefusal(ftp.CodeNoDataConn, "PASV is for IPv4, use EPSV.", ftp.CausePassiveFamily, netip.AddrPort{}, s.info.Peer, nil)
	}
	addr := s.info.Local.Addr()
	if s.policy.Data.Advertise != nil {
		if a := s.policy.Data.Advertise(s.info.Peer.Addr(), addr).Unmap(); a.IsValid() {
			addr = a
		}
	}
	if !addr.Is4() {
		return ftp.Reply{}, dataRefusal(ftp.CodeNoDataConn, "No IPv4 address to advertise, use EPSV.", ftp.CausePassiveNoAddress, netip.AddrPort{}, netip.AddrPortFrom(addr, 0), nil)
	}
	port, err := s.agreePassive(ctx)
	if err != nil {
		return ftp.Reply{}, err
	}
	return ftp.Replyf(ftp.CodePassive, "Entering Passive Mode (%s).", ftp.FormatHostPort(netip.AddrPortFrom(addr, port))), nil
}

func cmdEpsv(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if err := s.mayPassive(); err != nil {
		return ftp.Reply{}, err
	}
	switch protocol, all, err := ftp.ParseEPSVArg(arg); {
	case all:
		s.epsvAll = true
		return ftp.Replyf(ftp.CodeOK, "EPSV ALL ok."), nil
	case err != nil && !errors.Is(err, ftp.ErrNetworkProtocol):
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Bad EPSV argument, use 1, 2 or ALL.")
	case err != nil, protocol != 0 && protocol != s.protocol():
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadProtocol, "Bad network protocol, use (%d).", s.protocol())
	}
	port, err := s.agreePassive(ctx)
	if err != nil {
		return ftp.Reply{}, err
	}
	return ftp.Replyf(ftp.CodeExtPassive, "Entering Extended Passive Mode %s", ftp.FormatEPSV(port)), nil
}

// protocol is the control connection's number in RFC 2428 §2.
func (s *session) protocol() int {
	if s.info.Local.Addr().Is4() {
		return 1
	}
	return 2
}

// mayPassive forgets what was agreed before, and says whether passive mode is
// to be had.
func (s *session) mayPassive() error {
	if !s.policy.Data.Passive {
		return dataRefusal(ftp.CodeDenied, "Permission denied.", ftp.CausePassiveDisabled, netip.AddrPort{}, netip.AddrPort{}, nil)
	}
	s.dropData()
	return nil
}

// agreePassive finds a passive port.
func (s *session) agreePassive(ctx context.Context) (uint16, error) {
	ps, err := s.srv.pool.Listen(ctx, s.info.Local.Addr(), s.info.Peer.Addr(), s.policy.Data.PassiveAnyPeer, s.lastPort)
	if err != nil {
		cause := dtp.CauseOf(err)
		switch cause {
		case ftp.CausePassiveSlotBusy:
			return 0, &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeNoDataConn,
				"Every passive port already waits for a connection from your address, try again (%s).", cause)}
		case ftp.CausePassiveRangeBusy:
			return 0, &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeNoDataConn,
				"No passive port is free, try again later (%s).", cause)}
		default:
			return 0, &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeNoDataConn, "Cannot enter passive mode.")}
		}
	}
	s.data, s.mode, s.lastPort = ps, Passive, ps.Addr().Port()
	return s.lastPort, nil
}

// dataRefusal is the answer to a data connection that cannot be agreed, with
// the cause and the addresses in reply and log alike.
func dataRefusal(code ftp.Code, text string, cause ftp.Cause, expected, seen netip.AddrPort, err error) error {
	e := &dtp.Error{Cause: cause, Expected: expected, Seen: seen, Err: err}
	text += " (" + string(cause)
	if expected.Addr().IsValid() {
		text += ": expected " + expected.Addr().String() + ", seen " + seen.String()
	}
	return &ftp.Error{Reply: ftp.Replyf(code, "%s", text+")"), Cause: e}
}

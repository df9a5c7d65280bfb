package netx

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// System is the operating system's network. On Linux its connections and listeners are of
// its own kind, which costs less where they are short; elsewhere they are *net.TCPConn
// and *net.TCPListener. All have SyscallConn.
type System struct{}

var (
	_ Network = System{}
	_ Prober  = System{}
)

// errNoAddress and errFamilies are mistakes of the caller, not of the network.
var (
	errNoAddress = errors.New("no address given")
	errFamilies  = errors.New("local and remote address are not of one family")
)

// ProbePort implements Prober.
func (System) ProbePort(addr netip.AddrPort) error { return ProbePort(addr) }

// ProbePort reports whether this process can bind addr as the source of a
// connection, port 20 for one: it binds a socket that shares the port
// (SO_REUSEADDR) and closes it at once. EACCES means that a privilege is missing,
// EADDRINUSE that a listener or a connection which shares nothing holds the port,
// EADDRNOTAVAIL that the address is not this host's; Classify tells them apart.
// The address may be the unspecified one of either family.
func ProbePort(addr netip.AddrPort) error {
	addr = unmap(addr)
	err := errNoAddress
	if addr.Addr().IsValid() {
		err = probe(addr)
	}
	if err != nil {
		return &net.OpError{Op: "bind", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
	}
	return nil
}

// addresses checks the two addresses and completes them: IPv4-mapped ones become
// IPv4, a source port without an address gets the unspecified one, and
// link-local addresses share their zone. A source that says nothing comes back as zero.
func (cfg DialConfig) addresses() (local, remote netip.AddrPort, err error) {
	local, remote = unmap(cfg.Local), unmap(cfg.Remote)
	to, from := remote.Addr(), local.Addr()
	if !to.IsValid() {
		return local, remote, fmt.Errorf("remote: %w", errNoAddress)
	}
	if !from.IsValid() {
		if local.Port() == 0 {
			return netip.AddrPort{}, remote, nil
		}
		from = netip.IPv6Unspecified()
		if to.Is4() {
			from = netip.IPv4Unspecified()
		}
	}
	if from.Is4() != to.Is4() {
		return local, remote, errFamilies
	}
	if to.Is6() && to.IsLinkLocalUnicast() && from.IsLinkLocalUnicast() {
		switch {
		case to.Zone() == "":
			to = to.WithZone(from.Zone())
		case from.Zone() == "":
			from = from.WithZone(to.Zone())
		}
	}
	return netip.AddrPortFrom(from, local.Port()), netip.AddrPortFrom(to, remote.Port()), nil
}

// dialError dresses err as package net does.
func dialError(local, remote netip.AddrPort, err error) error {
	e := &net.OpError{Op: "dial", Net: "tcp", Err: err}
	if remote.IsValid() {
		e.Addr = net.TCPAddrFromAddrPort(remote)
	}
	if local.IsValid() {
		e.Source = net.TCPAddrFromAddrPort(local)
	}
	return e
}

// listenError dresses err as package net does.
func listenError(addr netip.AddrPort, err error) error {
	e := &net.OpError{Op: "listen", Net: "tcp", Err: err}
	if addr.IsValid() {
		e.Addr = net.TCPAddrFromAddrPort(addr)
	}
	return e
}

// control runs f on the connection's descriptor, and returns what fails first.
func control(c syscall.RawConn, f func(fd uintptr) error) error {
	var inner error
	if err := c.Control(func(fd uintptr) { inner = f(fd) }); err != nil {
		return err
	}
	return inner
}

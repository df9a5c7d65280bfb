package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ferry/internal/firewall"
)

// scanSource is the port that probes come from.
const scanSource = 61000

// scan sends a first segment to every port of the server and compares those that
// were answered by the server itself with those that the plans let through.
func (n *network) scan(e *eyes) (Outcome, string, error) {
	last := len(n.Hosts) - 1
	answered := make(map[uint16]bool)
	look := func() error {
		seen, err := e.take()
		for _, p := range seen {
			if p.host == last && p.outgoing && p.ack && (p.syn || p.rst) {
				answered[p.src.Port()] = true
			}
		}
		return err
	}
	if err := look(); err != nil {
		return Outcome{}, "", err
	}
	if err := n.hosts[0].Do(func() error { return n.probe(look) }); err != nil {
		return Outcome{}, "", err
	}
	for range 5 { // the last answers may be on their way
		if err := look(); err != nil {
			return Outcome{}, "", err
		}
	}
	var open, closed []string
	for port := 1; port <= 65535; port++ {
		switch want := n.lets(uint16(port)); {
		case answered[uint16(port)] && !want:
			open = append(open, fmt.Sprint(port))
		case !answered[uint16(port)] && want:
			closed = append(closed, fmt.Sprint(port))
		}
	}
	switch {
	case len(open) > 0:
		return Outcome{Cause: "ports-too-open", Hop: n.filterHost()}, "open without need: " + some(open), nil
	case len(closed) > 0:
		return Outcome{Cause: "ports-closed", Hop: n.filterHost()}, "closed, though needed: " + some(closed), nil
	}
	return Outcome{OK: true}, "", nil
}

func some(ports []string) string {
	if len(ports) > 8 {
		return fmt.Sprintf("%s and %d more", strings.Join(ports[:8], ", "), len(ports)-8)
	}
	return strings.Join(ports, ", ")
}

// filterHost is the host with the filter, or the first of them.
func (n *network) filterHost() string {
	for _, h := range n.Hosts {
		if n.plans[h] != nil {
			return h
		}
	}
	return ""
}

// lets says whether all plans of the network let a client open the port.
func (n *network) lets(port uint16) bool {
	for _, plan := range n.plans {
		f := &plan.Facts
		server := n.serverAddress()
		if len(f.Public) > 0 {
			forwarded := slices.ContainsFunc(plan.Translations, func(t firewall.Translation) bool {
				return t.Toward == firewall.Server && !t.Masquerade &&
					slices.ContainsFunc(t.Ports, func(p firewall.Ports) bool { return p.Has(port) })
			})
			if !forwarded {
				return false
			}
			server = f.Server[0]
		}
		client := n.clientAddress()
		if len(f.Clients) > 0 && !f.Clients[0].Contains(client) {
			client = f.Clients[0].Addr().Next() // a translation before this one
		}
		probe := firewall.Packet{
			Toward: firewall.Server, Proto: firewall.TCP, State: firewall.New, Opens: true,
			Src: netip.AddrPortFrom(client, scanSource), Dst: netip.AddrPortFrom(server, port),
		}
		if f.Tracking == firewall.Stateless {
			probe.State = 0
		}
		if plan.Verdict(probe) != firewall.Accept {
			return false
		}
	}
	return true
}

// clientAddress is the client's own.
func (n *network) clientAddress() netip.Addr {
	left, _, err := n.Links[0].ends(n.IPv6)
	if err != nil {
		return netip.Addr{} // build has read it before
	}
	return left.Addr()
}

// probe sends the segments, from a raw socket of the client. Now and then it calls
// look, so that no queue overflows.
func (n *network) probe(look func() error) error {
	server := n.serverAddress()
	family, target := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Addr: server.As16()})
	if server.Is4() {
		family, target = unix.AF_INET, &unix.SockaddrInet4{Addr: server.As4()}
	}
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return fmt.Errorf("probe the ports: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	segment := make([]byte, 20)
	binary.BigEndian.PutUint16(segment, scanSource)
	segment[12], segment[13] = 5<<4, 2 // a header without options, SYN
	binary.BigEndian.PutUint16(segment[14:], 1024)
	for port := 1; port <= 65535; port++ {
		binary.BigEndian.PutUint16(segment[2:], uint16(port))
		binary.BigEndian.PutUint32(segment[4:], uint32(port)<<8)
		binary.BigEndian.PutUint16(segment[16:], 0)
		binary.BigEndian.PutUint16(segment[16:], checksum(n.clientAddress(), server, segment))
		if err := unix.Sendto(fd, segment, 0, target); err != nil && !errors.Is(err, unix.EPERM) { // EPERM is a firewall of the client's own
			return fmt.Errorf("probe port %d: %w", port, err)
		}
		if port%1000 == 0 {
			if err := look(); err != nil {
				return err
			}
		}
	}
	return nil
}

// checksum is that of a TCP segment with its pseudo header (RFC 793 §3.1).
func checksum(src, dst netip.Addr, segment []byte) uint16 {
	var sum uint32
	add := func(b []byte) {
		for i := 0; i+1 < len(b); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[i:]))
		}
	}
	add(src.AsSlice())
	add(dst.AsSlice())
	sum += unix.IPPROTO_TCP + uint32(len(segment))
	add(segment)
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

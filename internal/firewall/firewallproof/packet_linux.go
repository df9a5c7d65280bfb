package firewallproof

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"ferry/internal/firewall"
)

// mark is in the upper byte of the number that a packet carries, so that packets of
// the kernel's own are not taken for ours.
const mark = 0x46 << 24

// A shot is one packet. It carries its number where nothing on the way changes it: in
// the sequence number, the datagram, the identifier.
type shot struct {
	proto    firewall.Proto
	src, dst netip.AddrPort
	flags    byte // of TCP
	kind     firewall.ICMPKind
	// about is, in an error of ICMP, the connection: the ends of a packet of it that
	// came to the sender of the error.
	aboutSrc, aboutDst netip.AddrPort
	number             uint32
}

// The flags of TCP.
const (
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// protocol is the number of the protocol above IP.
func (s *shot) protocol() byte {
	switch s.proto {
	case firewall.UDP:
		return unix.IPPROTO_UDP
	case firewall.ICMP:
		if s.src.Addr().Is6() {
			return unix.IPPROTO_ICMPV6
		}
		return unix.IPPROTO_ICMP
	default:
		return unix.IPPROTO_TCP
	}
}

// bytes is the packet from its IP header on.
func (s *shot) bytes() []byte {
	var body []byte
	switch s.proto {
	case firewall.UDP:
		body = make([]byte, 12)
		ports(body, s.src, s.dst)
		binary.BigEndian.PutUint16(body[4:], 12)
		binary.BigEndian.PutUint32(body[8:], s.number|mark)
		return ip(s.protocol(), s.src.Addr(), s.dst.Addr(), body, 6)
	case firewall.ICMP:
		return ip(s.protocol(), s.src.Addr(), s.dst.Addr(), s.message(), 2)
	default:
		return ip(s.protocol(), s.src.Addr(), s.dst.Addr(), segment(s.src, s.dst, s.flags, s.number), 16)
	}
}

// segment is a TCP segment without data.
func segment(src, dst netip.AddrPort, flags byte, number uint32) []byte {
	body := make([]byte, 20)
	ports(body, src, dst)
	binary.BigEndian.PutUint32(body[4:], number|mark)
	body[12], body[13] = 5<<4, flags
	binary.BigEndian.PutUint16(body[14:], 1024)
	return body
}

func ports(body []byte, src, dst netip.AddrPort) {
	binary.BigEndian.PutUint16(body, src.Port())
	binary.BigEndian.PutUint16(body[2:], dst.Port())
}

// message is a message of ICMP or ICMPv6.
func (s *shot) message() []byte {
	types := map[firewall.ICMPKind][2]byte{
		firewall.Unreachable: {3, 3}, firewall.TimeExceeded: {11, 0}, firewall.ParameterProblem: {12, 0}, firewall.Echo: {8, 0},
		firewall.PacketTooBig: {3, 4},
	}
	if s.src.Addr().Is6() {
		types = map[firewall.ICMPKind][2]byte{
			firewall.Unreachable: {1, 3}, firewall.PacketTooBig: {2, 0}, firewall.TimeExceeded: {3, 0}, firewall.ParameterProblem: {4, 0}, firewall.Echo: {128, 0},
		}
	}
	body := make([]byte, 8)
	body[0], body[1] = types[s.kind][0], types[s.kind][1]
	if s.kind == firewall.Echo {
		binary.BigEndian.PutUint32(body[4:], s.number|mark)
		return body
	}
	if s.kind == firewall.PacketTooBig {
		binary.BigEndian.PutUint16(body[6:], 1400)
	}
	src, dst := s.aboutSrc, s.aboutDst
	if !src.IsValid() {
		src, dst = netip.AddrPortFrom(s.dst.Addr(), 21), netip.AddrPortFrom(s.src.Addr(), 40000)
	}
	inner := segment(src, dst, flagACK, s.number)
	return slices.Concat(body, ip(unix.IPPROTO_TCP, src.Addr(), dst.Addr(), inner, 16))
}

// ip puts a header before a body, and the checksum of the body at its place.
func ip(protocol byte, src, dst netip.Addr, body []byte, checksum int) []byte {
	var header, pseudo []byte
	if src.Is4() {
		header = make([]byte, 20)
		header[0], header[8], header[9] = 4<<4|5, 64, protocol
		binary.BigEndian.PutUint16(header[2:], uint16(20+len(body)))
		copy(header[12:], src.AsSlice())
		copy(header[16:], dst.AsSlice())
		binary.BigEndian.PutUint16(header[10:], sum(header))
	} else {
		header = make([]byte, 40)
		header[0], header[6], header[7] = 6<<4, protocol, 64
		binary.BigEndian.PutUint16(header[4:], uint16(len(body)))
		copy(header[8:], src.AsSlice())
		copy(header[24:], dst.AsSlice())
	}
	if protocol != unix.IPPROTO_ICMP {
		pseudo = append(append(pseudo, src.AsSlice()...), dst.AsSlice()...)
		pseudo = append(pseudo, 0, protocol)
		pseudo = binary.BigEndian.AppendUint16(pseudo, uint16(len(body)))
	}
	binary.BigEndian.PutUint16(body[checksum:], 0)
	binary.BigEndian.PutUint16(body[checksum:], sum(append(pseudo, body...)))
	return slices.Concat(header, body)
}

// sum is the checksum of the Internet's protocols.
func sum(b []byte) uint16 {
	var s uint32
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// numberOf reads the number of a packet of ours, from what is above its IP header.
func numberOf(protocol byte, body []byte, family firewall.Family) (number uint32, ours bool) {
	at := 4
	switch {
	case protocol == unix.IPPROTO_UDP:
		at = 8
	case protocol != unix.IPPROTO_TCP && len(body) > 0 && body[0] != 8 && body[0] != 128:
		at = 8 + 20 + 4 // behind the headers of ICMP and of the IP packet that it is about
		if family == firewall.IPv6 {
			at = 8 + 40 + 4
		}
	}
	if len(body) < at+4 {
		return 0, false
	}
	number = binary.BigEndian.Uint32(body[at:])
	return number &^ (0xff << 24), number&(0xff<<24) == mark
}

package lab

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// A packet is what is kept of one that a host saw.
type packet struct {
	at        time.Time // by the kernel's clock
	host      int       // index into the topology's hosts
	outgoing  bool
	src, dst  netip.AddrPort
	seq, ackn uint32
	syn, ack  bool
	fin, rst  bool
	size      int    // bytes of data
	text      string // the beginning of data on a control connection
	// icmp is an error about a connection; src and dst are then the addresses of the
	// message, and inner are those of the packet that it is about.
	icmp     icmpKind
	innerDst netip.AddrPort
	innerSeq uint32
}

type icmpKind uint8

const (
	noICMP icmpKind = iota
	icmpUnreachable
	icmpTooBig
)

// parse reads an IP packet of TCP, or an ICMP error; size is its true length.
func parse(b []byte, size int) (p packet, ok bool) {
	src, dst, proto, head, ok := parseIP(b)
	if !ok {
		return p, false
	}
	rest := b[head:]
	switch {
	case proto == protoTCP && len(rest) >= 14:
		p.src, p.dst = netip.AddrPortFrom(src, binary.BigEndian.Uint16(rest)), netip.AddrPortFrom(dst, binary.BigEndian.Uint16(rest[2:]))
		p.seq, p.ackn = binary.BigEndian.Uint32(rest[4:]), binary.BigEndian.Uint32(rest[8:])
		flags := rest[13]
		p.fin, p.syn, p.rst, p.ack = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&16 != 0
		begin := int(rest[12]>>4) * 4
		p.size = max(size-head-begin, 0)
		if p.size > 0 && begin <= len(rest) && (isControl(p.src.Port()) || isControl(p.dst.Port())) {
			p.text = string(rest[begin:])
		}
		return p, true
	case proto == protoICMP && len(rest) >= 8 && rest[0] == 3:
		p.icmp = icmpUnreachable
		if rest[1] == 4 {
			p.icmp = icmpTooBig
		}
	case proto == protoICMPv6 && len(rest) >= 8 && (rest[0] == 1 || rest[0] == 2):
		p.icmp = icmpUnreachable
		if rest[0] == 2 {
			p.icmp = icmpTooBig
		}
	default:
		return p, false
	}
	p.src, p.dst = netip.AddrPortFrom(src, 0), netip.AddrPortFrom(dst, 0)
	_, innerDst, innerProto, innerHead, ok := parseIP(rest[8:])
	if !ok || innerProto != protoTCP || len(rest) < 8+innerHead+8 {
		return p, false
	}
	tcp := rest[8+innerHead:]
	p.innerDst = netip.AddrPortFrom(innerDst, binary.BigEndian.Uint16(tcp[2:]))
	p.innerSeq = binary.BigEndian.Uint32(tcp[4:])
	return p, true
}

// isControl says whether the port is one of control connections.
func isControl(port uint16) bool { return port == 21 || port == 990 }

// The protocols that matter, and the extension headers of IPv6 that may stand before
// them (RFC 8200 §4).
const (
	protoICMP   = 1
	protoTCP    = 6
	protoICMPv6 = 58

	hopByHop    = 0
	routing     = 43
	fragment    = 44
	destination = 60
)

// parseIP reads the header of either version with what follows it, up to the
// protocol. Later fragments have no ports, and are none of its.
func parseIP(b []byte) (src, dst netip.Addr, proto, head int, ok bool) {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		head = int(b[0]&15) * 4
		if head < 20 || len(b) < head || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
			return src, dst, 0, 0, false
		}
		return netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20])), int(b[9]), head, true
	case len(b) >= 40 && b[0]>>4 == 6:
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		proto, head = int(b[6]), 40
		for proto == hopByHop || proto == routing || proto == fragment || proto == destination {
			if len(b) < head+8 {
				return src, dst, 0, 0, false
			}
			length := 8 + int(b[head+1])*8
			if proto == fragment {
				if length = 8; binary.BigEndian.Uint16(b[head+2:])&^7 != 0 {
					return src, dst, 0, 0, false
				}
			}
			proto, head = int(b[head]), head+length
		}
		return src, dst, proto, head, head <= len(b)
	}
	return src, dst, 0, 0, false
}

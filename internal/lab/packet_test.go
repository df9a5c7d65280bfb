package lab

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
)

// segment is an IPv4 or IPv6 packet with a TCP segment, and extension headers.
func segment(src, dst string, flags byte, data string, extensions ...byte) []byte {
	tcp := make([]byte, 20, 20+len(data))
	binary.BigEndian.PutUint16(tcp, 40000)
	binary.BigEndian.PutUint16(tcp[2:], 21)
	binary.BigEndian.PutUint32(tcp[4:], 7)
	binary.BigEndian.PutUint32(tcp[8:], 9)
	tcp[12], tcp[13] = 5<<4, flags
	tcp = append(tcp, data...)
	from, to := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	if from.Is4() {
		head := make([]byte, 20)
		head[0], head[9] = 0x45, protoTCP
		copy(head[12:], from.AsSlice())
		copy(head[16:], to.AsSlice())
		return slices.Concat(head, tcp)
	}
	head := make([]byte, 40)
	head[0], head[6] = 0x60, protoTCP
	copy(head[8:], from.AsSlice())
	copy(head[24:], to.AsSlice())
	at := &head[6]
	for _, kind := range extensions {
		*at = kind
		head = slices.Concat(head, make([]byte, 8))
		at = &head[len(head)-8]
		*at = protoTCP
	}
	return slices.Concat(head, tcp)
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		bytes []byte
		src   string
		text  string
	}{
		"IPv4":              {segment("192.0.2.1", "198.51.100.2", 0x18, "NOOP\r\n"), "192.0.2.1:40000", "NOOP\r\n"},
		"IPv6":              {segment("2001:db8::1", "2001:db8::2", 0x18, "NOOP\r\n"), "[2001:db8::1]:40000", "NOOP\r\n"},
		"extension headers": {segment("2001:db8::1", "2001:db8::2", 0x18, "QUIT\r\n", hopByHop, routing, destination, fragment), "[2001:db8::1]:40000", "QUIT\r\n"},
	} {
		p, ok := parse(c.bytes, len(c.bytes))
		if !ok || p.src.String() != c.src || p.dst.Port() != 21 || p.seq != 7 || p.ackn != 9 || !p.ack || p.syn || p.size != len(c.text) || p.text != c.text {
			t.Errorf("%s: %v, %+v", name, ok, p)
		}
		for cut := range len(c.bytes) - len(c.text) - 6 {
			if p, ok := parse(c.bytes[:cut], cut); ok {
				t.Errorf("%s cut to %d bytes: %+v", name, cut, p)
			}
		}
	}
	later := segment("192.0.2.1", "198.51.100.2", 2, "")
	later[7] = 1 // the second part of a packet has no ports
	if _, ok := parse(later, len(later)); ok {
		t.Error("a later fragment has ports")
	}
	later = segment("2001:db8::1", "2001:db8::2", 2, "", fragment)
	later[43] = 8
	if _, ok := parse(later, len(later)); ok {
		t.Error("a later fragment of IPv6 has ports")
	}
	inner := segment("192.0.2.1", "198.51.100.2", 2, "")
	message := slices.Concat([]byte{3, 4, 0, 0, 0, 0, 2, 88}, inner[:28])
	head := segment("203.0.113.1", "192.0.2.1", 0, "")[:20]
	head[9] = protoICMP
	whole := slices.Concat(head, message)
	p, ok := parse(whole, len(whole))
	if !ok || p.icmp != icmpTooBig || p.innerSeq != 7 || p.innerDst.String() != "198.51.100.2:21" {
		t.Errorf("fragmentation needed: %v, %+v", ok, p)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(segment("192.0.2.1", "198.51.100.2", 0x18, "NOOP\r\n"))
	f.Add(segment("2001:db8::1", "2001:db8::2", 2, "", hopByHop, fragment))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := parse(b, len(b)); ok && p.icmp == noICMP && (p.size < 0 || len(p.text) > len(b)) {
			t.Errorf("%+v", p)
		}
	})
}

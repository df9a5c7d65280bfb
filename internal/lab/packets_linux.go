package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"ferry/internal/nsnet"
)

// A packet is what is kept of one that a host saw.
type packet struct {
	host      int // index into the topology's hosts
	outgoing  bool
	src, dst  netip.AddrPort
	seq, ackn uint32
	syn, ack  bool
	fin, rst  bool
	size      int // bytes of data
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

// eyes watch all hosts of a network.
type eyes struct {
	mu      sync.Mutex
	packets []packet
	files   []*os.File
	done    sync.WaitGroup
}

// maxPackets bounds what is kept between two calls of take.
const maxPackets = 200_000

// watch opens a packet socket on every host.
func watch(hosts []*nsnet.Host) (*eyes, error) {
	e := &eyes{}
	for i, h := range hosts {
		err := h.Do(func() error {
			fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(htons(unix.ETH_P_ALL)))
			if err != nil {
				return fmt.Errorf("watch packets: %w", err)
			}
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<20) // less will do
			e.files = append(e.files, os.NewFile(uintptr(fd), "packets of "+h.Name()))
			return nil
		})
		if err != nil {
			e.close()
			return nil, fmt.Errorf("host %s: %w", h.Name(), err)
		}
		file := e.files[i]
		e.done.Go(func() { e.read(i, file) })
	}
	return e, nil
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// read keeps the packets of one host until its socket is closed.
func (e *eyes) read(host int, file *os.File) {
	raw, err := file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 256)
	for {
		var n int
		var from unix.Sockaddr
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			n, from, failed = unix.Recvfrom(int(fd), buf, unix.MSG_TRUNC)
			return !errors.Is(failed, unix.EAGAIN)
		})
		if err != nil {
			return // it was closed
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		if failed != nil || !ok || link.Hatype == unix.ARPHRD_LOOPBACK {
			continue
		}
		p, ok := parse(buf[:min(n, len(buf))], n)
		if !ok {
			continue
		}
		p.host, p.outgoing = host, link.Pkttype == unix.PACKET_OUTGOING
		e.mu.Lock()
		if len(e.packets) < maxPackets {
			e.packets = append(e.packets, p)
		}
		e.mu.Unlock()
	}
}

// take gives what was seen since the last call, once the queues are empty.
func (e *eyes) take() []packet {
	for range 20 { // packets of a moment ago may still be queued
		e.mu.Lock()
		before := len(e.packets)
		e.mu.Unlock()
		time.Sleep(2 * time.Millisecond)
		e.mu.Lock()
		after := len(e.packets)
		e.mu.Unlock()
		if before == after {
			break
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := e.packets
	e.packets = nil
	return seen
}

func (e *eyes) close() {
	for _, f := range e.files {
		_ = f.Close() // it was only read
	}
	e.done.Wait()
}

// parse reads an IP packet of TCP, or an ICMP error; size is its true length.
func parse(b []byte, size int) (p packet, ok bool) {
	src, dst, proto, head, ok := parseIP(b)
	if !ok {
		return p, false
	}
	rest := b[head:]
	switch {
	case proto == unix.IPPROTO_TCP && len(rest) >= 14:
		p.src, p.dst = netip.AddrPortFrom(src, binary.BigEndian.Uint16(rest)), netip.AddrPortFrom(dst, binary.BigEndian.Uint16(rest[2:]))
		p.seq, p.ackn = binary.BigEndian.Uint32(rest[4:]), binary.BigEndian.Uint32(rest[8:])
		flags := rest[13]
		p.fin, p.syn, p.rst, p.ack = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&16 != 0
		p.size = max(size-head-int(rest[12]>>4)*4, 0)
		return p, true
	case proto == unix.IPPROTO_ICMP && len(rest) >= 8 && rest[0] == 3:
		p.icmp = icmpUnreachable
		if rest[1] == 4 {
			p.icmp = icmpTooBig
		}
	case proto == unix.IPPROTO_ICMPV6 && len(rest) >= 8 && (rest[0] == 1 || rest[0] == 2):
		p.icmp = icmpUnreachable
		if rest[0] == 2 {
			p.icmp = icmpTooBig
		}
	default:
		return p, false
	}
	p.src, p.dst = netip.AddrPortFrom(src, 0), netip.AddrPortFrom(dst, 0)
	_, innerDst, innerProto, innerHead, ok := parseIP(rest[8:])
	if !ok || innerProto != unix.IPPROTO_TCP || len(rest) < 8+innerHead+8 {
		return p, false
	}
	tcp := rest[8+innerHead:]
	p.innerDst = netip.AddrPortFrom(innerDst, binary.BigEndian.Uint16(tcp[2:]))
	p.innerSeq = binary.BigEndian.Uint32(tcp[4:])
	return p, true
}

// parseIP reads the header of either version, and passes over extension headers.
func parseIP(b []byte) (src, dst netip.Addr, proto, head int, ok bool) {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		head = int(b[0]&15) * 4
		if head < 20 || len(b) < head || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
			return src, dst, 0, 0, false // later fragments have no ports
		}
		return netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20])), int(b[9]), head, true
	case len(b) >= 40 && b[0]>>4 == 6:
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		return src, dst, int(b[6]), 40, true
	}
	return src, dst, 0, 0, false
}

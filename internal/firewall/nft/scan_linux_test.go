package nft

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"ferry/internal/nsnet"
)

// The flags of a segment.
const (
	flagSYN = 0x02
	flagPSH = 0x08
	flagACK = 0x10
)

// scanID marks the segments of a scan by their sequence number, which no address
// translation changes.
var scanID atomic.Uint32

// A scan sends a segment to each of the ports and sees which of them come out of
// the other host's input hook.
type scan struct {
	from, to *nsnet.Host
	src, dst netip.Addr
	sport    uint16
	flags    byte // 0: SYN
	ack      uint32
	forged   bool // src is no address of the host
	ports    []uint16
	// end is a connection from the one host to the other that all firewalls let
	// through: what is written to it comes after all segments of the scan.
	end net.Conn
}

// run gives the ports that were reached.
func (s *scan) run(t testing.TB) map[uint16]bool {
	t.Helper()
	id := 0xfe000000 + scanID.Add(1)
	marker := fmt.Sprintf("NOOP %d\r\n", id)
	hears, err := rawSocket(s.to, netip.Addr{}, s.dst.Is6(), false)
	must(t, err)
	defer syscall.Close(hears)
	speaks, err := rawSocket(s.from, s.src, s.src.Is6(), s.forged)
	must(t, err)
	defer syscall.Close(speaks)

	reached := make(chan map[uint16]bool, 1)
	go func() { reached <- hear(hears, s.dst.Is6(), id, marker) }()
	failed := make(chan error, 1)
	go func() { failed <- s.send(speaks, id, marker) }()
	if err := <-failed; err != nil {
		t.Fatalf("scan from %s to %s: %v", s.src, s.dst, err)
	}
	select {
	case ports := <-reached:
		return ports
	case <-time.After(10 * time.Second):
		t.Fatalf("scan from %s to %s: its end never came", s.src, s.dst)
		return nil
	}
}

// send sends all segments and the end from one thread of one processor: what one
// processor sends over these cables stays in its order.
func (s *scan) send(fd int, id uint32, marker string) error {
	runtime.LockOSThread() // the thread ends with the goroutine
	var one [128]byte
	one[0] = 1
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, uintptr(len(one)), uintptr(unsafe.Pointer(&one[0]))); errno != 0 {
		return fmt.Errorf("sched_setaffinity: %w", errno)
	}
	to := sockaddr(s.dst)
	flags := s.flags
	if flags == 0 {
		flags = flagSYN
	}
	for _, port := range s.ports {
		segment := s.segment(port, id, flags)
		err := syscall.Sendto(fd, segment, 0, to)
		for errors.Is(err, syscall.ENOBUFS) {
			err = syscall.Sendto(fd, segment, 0, to)
		}
		if err != nil && !errors.Is(err, syscall.EPERM) { // its own output hook drops it
			return err
		}
	}
	_, err := s.end.Write([]byte(marker))
	return err
}

// segment makes a TCP header. The kernel writes the checksum of IPv6.
func (s *scan) segment(port uint16, id uint32, flags byte) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, s.sport)
	binary.BigEndian.PutUint16(b[2:], port)
	binary.BigEndian.PutUint32(b[4:], id)
	b[12], b[13] = 5<<4, flags
	binary.BigEndian.PutUint32(b[8:], s.ack)
	binary.BigEndian.PutUint16(b[14:], 0xffff)
	if s.dst.Is4() {
		src, dst := s.src.As4(), s.dst.As4()
		sum := uint32(syscall.IPPROTO_TCP) + uint32(len(b))
		for _, part := range [][]byte{src[:], dst[:], b} {
			for i := 0; i < len(part); i += 2 {
				sum += uint32(binary.BigEndian.Uint16(part[i:]))
			}
		}
		for sum>>16 != 0 {
			sum = sum&0xffff + sum>>16
		}
		binary.BigEndian.PutUint16(b[16:], ^uint16(sum))
	}
	return b
}

// hear collects the ports of a scan's segments until its end.
func hear(fd int, is6 bool, id uint32, marker string) map[uint16]bool {
	ports := make(map[uint16]bool)
	buf := make([]byte, 65536)
	for {
		n, _, err := syscall.Recvfrom(fd, buf, 0)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return ports
		}
		segment := buf[:n]
		if !is6 && n > 0 {
			segment = segment[int(segment[0]&15)*4:]
		}
		if len(segment) < 20 {
			continue
		}
		if binary.BigEndian.Uint32(segment[4:]) == id {
			ports[binary.BigEndian.Uint16(segment[2:])] = true
		}
		if string(segment[int(segment[12]>>4)*4:]) == marker {
			return ports
		}
	}
}

// rawSocket opens a socket that sees TCP without ports.
func rawSocket(h *nsnet.Host, bind netip.Addr, is6, forged bool) (fd int, err error) {
	family := syscall.AF_INET
	if is6 {
		family = syscall.AF_INET6
	}
	err = h.Do(func() (err error) {
		if fd, err = syscall.Socket(family, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.IPPROTO_TCP); err != nil {
			return err
		}
		// IPV6_CHECKSUM and IPV6_TRANSPARENT of linux/in6.h.
		const ipv6Checksum, ipv6Transparent = 7, 75
		switch {
		case forged && is6:
			err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, ipv6Transparent, 1)
		case forged:
			err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, syscall.IP_TRANSPARENT, 1)
		}
		if is6 && err == nil {
			err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, ipv6Checksum, 16)
		}
		if bind.IsValid() && err == nil {
			err = syscall.Bind(fd, sockaddr(bind))
		}
		if err == nil {
			err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, 256<<20)
		}
		if err == nil { // a reader must not wait for ever
			err = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 9})
		}
		if err != nil {
			syscall.Close(fd)
		}
		return err
	})
	return fd, err
}

func sockaddr(a netip.Addr) syscall.Sockaddr {
	if a.Is4() {
		return &syscall.SockaddrInet4{Addr: a.As4()}
	}
	return &syscall.SockaddrInet6{Addr: a.As16()}
}

package firewallproof

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// The sizes of a batch: it must fit the queues on its way.
const (
	batch       = 256
	queueBytes  = 16 << 20
	arriveLimit = 20 * time.Second // for a packet that takes microseconds
)

// A gallery is the raw sockets of both ends, used by one thread on one processor.
type gallery struct {
	family firewall.Family
	out    map[firewall.Side]int   // by the side that sends
	in     map[firewall.Side][]eye // by the side that receives
	next   uint32
}

// An eye is a raw socket that sees what the firewall of its host has let in.
type eye struct {
	fd       int
	protocol byte
}

// newGallery opens the sockets and keeps the calling goroutine on one thread, and that
// on one processor: then packets are handled in the order in which they are sent.
func newGallery(family firewall.Family, hosts map[firewall.Side]*nsnet.Host) (*gallery, error) {
	runtime.LockOSThread()
	var allowed, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return nil, fmt.Errorf("ask for the processors: %w", err)
	}
	for cpu := range len(allowed) * 64 {
		if allowed.IsSet(cpu) {
			one.Set(cpu)
			break
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return nil, fmt.Errorf("stay on one processor: %w", err)
	}
	r := &gallery{family: family, out: make(map[firewall.Side]int), in: make(map[firewall.Side][]eye), next: 1}
	domain, icmp := unix.AF_INET, byte(unix.IPPROTO_ICMP)
	if family == firewall.IPv6 {
		domain, icmp = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	for side, host := range hosts {
		err := host.Do(func() (err error) {
			if r.out[side], err = unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW); err != nil {
				return err
			}
			for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP, icmp} {
				fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(protocol))
				if err != nil {
					return err
				}
				if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, queueBytes); err != nil {
					// A user namespace must do with less.
					_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, queueBytes)
				}
				r.in[side] = append(r.in[side], eye{fd, protocol})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("open raw sockets on host %s: %w", host.Name(), err)
		}
	}
	return r, nil
}

func (r *gallery) close() {
	for side, fd := range r.out {
		_ = unix.Close(fd) // it was only written to
		for _, e := range r.in[side] {
			_ = unix.Close(e.fd)
		}
	}
}

// fire sends the shots of one side, and says which of them the other side has seen.
// last makes a packet toward the server that must come.
func (r *gallery) fire(from firewall.Side, shots []shot, last func() shot) (seen []bool, err error) {
	seen = make([]bool, len(shots))
	for begin := 0; begin < len(shots); begin += batch {
		end := min(begin+batch, len(shots))
		first := r.next
		for i := begin; i < end; i++ {
			shots[i].number = r.next
			r.next++
			if err := r.send(from, &shots[i]); err != nil {
				return nil, err
			}
		}
		numbers, err := r.await(from.Other(), last)
		if err != nil {
			return nil, err
		}
		for _, number := range numbers {
			if i := int(number) - int(first); 0 <= i && i < end-begin {
				seen[begin+i] = true
			}
		}
	}
	return seen, nil
}

// send sends a packet. The firewall of the sender itself refuses with EPERM.
func (r *gallery) send(from firewall.Side, s *shot) error {
	var to unix.Sockaddr = &unix.SockaddrInet4{Addr: as4(s)}
	if r.family == firewall.IPv6 {
		to = &unix.SockaddrInet6{Addr: s.dst.Addr().As16()}
	}
	err := unix.Sendto(r.out[from], s.bytes(), 0, to)
	if err != nil && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("send from %s to %s: %w", s.src, s.dst, err)
	}
	return nil
}

func as4(s *shot) (a [4]byte) {
	if s.dst.Addr().Is4() {
		a = s.dst.Addr().As4()
	}
	return a
}

// await sends the last packet and collects what a side has seen until that has come
// to the server. A packet that was sent before it has come by then or never will.
func (r *gallery) await(side firewall.Side, last func() shot) (numbers []uint32, err error) {
	final := last()
	final.number = r.next
	r.next++
	if err := r.send(firewall.Client, &final); err != nil {
		return nil, err
	}
	arrived := false
	for limit := time.Now().Add(arriveLimit); !arrived; {
		if time.Now().After(limit) {
			return nil, fmt.Errorf("a SYN from %s to %s does not come to the server", final.src, final.dst)
		}
		fds := []unix.PollFd{{Fd: int32(r.in[firewall.Server][0].fd), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, 1000); err != nil && !errors.Is(err, unix.EINTR) {
			return nil, fmt.Errorf("wait for packets: %w", err)
		}
		for _, where := range []firewall.Side{firewall.Server, side} {
			got, err := r.drain(where)
			if err != nil {
				return nil, err
			}
			for _, number := range got {
				arrived = arrived || number == final.number
			}
			if where == side {
				numbers = append(numbers, got...)
			}
		}
	}
	// What came before the last one is in the queues by now.
	got, err := r.drain(side)
	return append(numbers, got...), err
}

// drain reads what is in the queues of a side.
func (r *gallery) drain(side firewall.Side) (numbers []uint32, err error) {
	buffer := make([]byte, 2048)
	for _, e := range r.in[side] {
		for {
			n, _, err := unix.Recvfrom(e.fd, buffer, 0)
			if errors.Is(err, unix.EAGAIN) {
				break
			}
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read a packet: %w", err)
			}
			body := buffer[:n]
			if r.family == firewall.IPv4 {
				if n < 20 {
					continue
				}
				body = body[int(body[0]&15)*4:]
			}
			if number, ours := numberOf(e.protocol, body, r.family); ours {
				numbers = append(numbers, number)
			}
		}
	}
	return numbers, nil
}

package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"ferry/internal/nsnet"
)

// eyes watch all hosts of a network.
type eyes struct {
	mu      sync.Mutex
	packets []packet
	lost    int // packets that were not kept since the last take
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
			if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
				_ = unix.Close(fd)
				return fmt.Errorf("watch packets: %w", err)
			}
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
	buf, side := make([]byte, 512), make([]byte, 128)
	for {
		var n, sideLen int
		var from unix.Sockaddr
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			n, sideLen, _, from, failed = unix.Recvmsg(int(fd), buf, side, unix.MSG_TRUNC)
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
		p.host, p.outgoing, p.at = host, link.Pkttype == unix.PACKET_OUTGOING, stamp(side[:sideLen])
		e.mu.Lock()
		if len(e.packets) < maxPackets {
			e.packets = append(e.packets, p)
		} else {
			e.lost++
		}
		e.mu.Unlock()
	}
}

// stamp reads the time of a packet from what comes with it.
func stamp(side []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(side)
	if err != nil {
		return time.Now()
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Now()
}

// take gives what was seen since the last call, once the queues are empty. It is an
// error if a packet was lost: one that is missing would look like one that a firewall
// has dropped.
func (e *eyes) take() ([]packet, error) {
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
	seen, lost := e.packets, e.lost
	e.packets, e.lost = nil, 0
	for _, f := range e.files {
		n, err := dropped(f)
		if err != nil {
			return nil, err
		}
		lost += n
	}
	if lost > 0 {
		return nil, fmt.Errorf("%d packets were not seen, so nothing can be said of where one ended: the machine is too busy", lost)
	}
	return seen, nil
}

// dropped is how many packets the kernel has dropped from a socket's queue since the
// last call.
func dropped(file *os.File) (int, error) {
	raw, err := file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var n int
	var failed error
	err = raw.Control(func(fd uintptr) {
		var stats *unix.TpacketStats
		if stats, failed = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); failed == nil {
			n = int(stats.Drops)
		}
	})
	return n, errors.Join(err, failed)
}

func (e *eyes) close() {
	for _, f := range e.files {
		_ = f.Close() // it was only read
	}
	e.done.Wait()
}

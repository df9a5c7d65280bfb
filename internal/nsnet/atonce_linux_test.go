package nsnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAtOnce looks at cables as soon as they are laid, and connects over them. That
// nothing was lost is seen by the kernel's count of what it had to send again; it
// does not count what it could not send at all, so the interfaces are asked first.
func TestAtOnce(t *testing.T) { perform(t, "atonce") }

func playAtOnce(w *World, _ []string) error {
	a, b, err := pair(w)
	if err != nil {
		return err
	}
	for i := range 10 {
		four, six := fmt.Sprintf("10.9.%d.", i), fmt.Sprintf("fd09:%d::", i)
		name := fmt.Sprint("eth", i)
		if err := w.Connect(Port{a, name, prefixes(four+"1/24", six+"1/64"), 0}, Port{b, name, prefixes(four+"2/24", six+"2/64"), 0}); err != nil {
			return err
		}
		for _, h := range []*Host{a, b} {
			if err := h.Do(func() error { return usable(name) }); err != nil {
				return fmt.Errorf("host %s: %s: %w", h.Name(), name, err)
			}
		}
		for _, address := range []string{four + "2", six + "2"} {
			again, err := countAgain(a, b, net.JoinHostPort(address, "0"))
			if err == nil && again > 0 {
				err = fmt.Errorf("%d segments were lost", again)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", address, err)
			}
		}
	}
	return nil
}

// usable asks the kernel about an interface in ways that wait for nothing: whether
// it sends, and whether an address of it may not be used yet.
func usable(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	if request.Uint16()&unix.IFF_RUNNING == 0 {
		return fmt.Errorf("flags %#x: not running", request.Uint16())
	}
	text, err := os.ReadFile("/proc/thread-self/net/if_inet6")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line) // address, index, prefix length, scope, flags, name
		if len(fields) != 6 || fields[5] != name || fields[3] != "00" {
			continue
		}
		flags, err := strconv.ParseUint(fields[4], 16, 32)
		if err != nil {
			return err
		}
		if flags&unix.IFA_F_TENTATIVE != 0 {
			return fmt.Errorf("address %s is tentative", fields[0])
		}
		return nil
	}
	return errors.New("no global IPv6 address")
}

// countAgain connects two hosts, and counts the segments that were sent again.
func countAgain(from, to *Host, address string) (again uint32, err error) {
	listener, err := to.Listen("tcp", address)
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	conn, err := from.Dial(context.Background(), "tcp", listener.Addr().String())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var info *unix.TCPInfo
		if info, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); failed == nil {
			again = info.Total_retrans
		}
	})
	return again, errors.Join(err, failed)
}

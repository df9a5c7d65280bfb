package nsnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAtOnce connects over cables as soon as they are laid. That nothing was lost
// is seen by the kernel's count of what it had to send again.
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

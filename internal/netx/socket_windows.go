package netx

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// soOOBInline is Winsock's SO_OOBINLINE, which package syscall does not name.
const soOOBInline = 0x0100

// inlineUrgent sets SO_OOBINLINE.
func inlineUrgent(fd uintptr) error { return setOption(fd, soOOBInline) }

// prepareBind sets what must be set before the socket is bound to its source.
func prepareBind(fd uintptr, _ netip.AddrPort, reuse bool) error {
	if !reuse {
		return nil
	}
	return setOption(fd, syscall.SO_REUSEADDR)
}

// probe listens for a moment: Windows knows no privilege for low ports, and a
// port that can be listened at can be a source.
func probe(addr netip.AddrPort) error {
	network := "tcp6"
	if addr.Addr().Is4() {
		network = "tcp4"
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), network, addr.String())
	if err != nil {
		return err
	}
	return l.Close()
}

func setOption(fd uintptr, option int) error {
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, option, 1))
}

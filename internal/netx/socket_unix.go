//go:build unix

package netx

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
)

// inlineUrgent sets SO_OOBINLINE.
func inlineUrgent(fd uintptr) error {
	return setOption(int(fd), syscall.SOL_SOCKET, syscall.SO_OOBINLINE)
}

// prepareBind sets what must be set before the socket is bound to its source.
func prepareBind(fd uintptr, local netip.AddrPort, reuse bool) error {
	if reuse {
		if err := sharePort(int(fd)); err != nil {
			return err
		}
	}
	if local.Addr().IsValid() && local.Port() == 0 {
		latePort(int(fd))
	}
	return nil
}

// sharePort lets the socket have the port of others that share it too.
func sharePort(fd int) error {
	if err := setOption(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR); err != nil {
		return err
	}
	shareQuickly(fd)
	return nil
}

// probe binds a socket and closes it.
func probe(addr netip.AddrPort) error {
	sa, err := sockaddrOf(addr)
	if err != nil {
		return err
	}
	family := syscall.AF_INET
	if addr.Addr().Is6() {
		family = syscall.AF_INET6
	}
	// The lock keeps the descriptor from a child process that starts just now.
	syscall.ForkLock.RLock()
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer func() { _ = syscall.Close(fd) }()
	if err := sharePort(fd); err != nil {
		return err
	}
	return os.NewSyscallError("bind", syscall.Bind(fd, sa))
}

// sockaddrOf is the system's form of an address.
func sockaddrOf(addr netip.AddrPort) (syscall.Sockaddr, error) {
	if addr.Addr().Is4() {
		return &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}, nil
	}
	zone, err := zoneIndex(addr.Addr().Zone())
	if err != nil {
		return nil, err
	}
	return &syscall.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16(), ZoneId: zone}, nil
}

// zoneIndex is the number of the interface that a zone names, or the number
// that it is; none is 0.
func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, err
	}
	return uint32(i.Index), nil
}

func setOption(fd, level, option int) error {
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(fd, level, option, 1))
}

package netx

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ipBindAddressNoPort is IP_BIND_ADDRESS_NO_PORT of ip(7), which package
// syscall does not name. It counts for IPv6 sockets too.
const ipBindAddressNoPort = 24

// latePort lets connect choose the source port instead of bind: bind would take
// a port that is free towards every target, and run out of them where the
// connections of one source address are many. Kernels before 4.2 lack the option; they
// choose early.
func latePort(fd int) {
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, ipBindAddressNoPort, 1)
}

// shareQuickly spares bind the search through all sockets of the port for one that does not share
// it, those that are left over (TIME_WAIT) among them: with some thousands it takes half a
// millisecond. All connections from a shared port must have it, and they are of one user
// (SO_REUSEPORT).
func shareQuickly(fd int) {
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, unix.SO_REUSEPORT, 1) // without, it is slower
}

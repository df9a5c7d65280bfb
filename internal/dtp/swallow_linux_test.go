package dtp

import (
	"net"
	"syscall"
)

// swallow reads to the end without copying anything (MSG_TRUNC).
func swallow(c net.Conn) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return
	}
	block := blocks.Get().(*[]byte)
	defer blocks.Put(block)
	buf := *block
	_ = raw.Read(func(fd uintptr) bool {
		for {
			n, _, err := syscall.Recvfrom(int(fd), buf, syscall.MSG_TRUNC)
			if err == syscall.EAGAIN {
				return false
			}
			if err == syscall.EINTR {
				continue
			}
			if err != nil || n == 0 {
				return true
			}
		}
	})
}

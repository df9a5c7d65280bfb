package netx

import (
	"syscall"
	"unsafe"
)

// siocoutq is SIOCOUTQ of tcp(7), which has the number of TIOCOUTQ.
const siocoutq = syscall.TIOCOUTQ

func unacked(fd uintptr) (int, error) {
	var n int32
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, siocoutq, uintptr(unsafe.Pointer(&n))); errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

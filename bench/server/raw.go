package main

import (
	"errors"
	"syscall"
	"unsafe"
)

// The calls that may block are made past the runtime's scheduler, which would look for threads that are in
// one every 20 us, and take from them what others could use: there is one for each (see load and
// grow). Nothing may stop the world meanwhile, so no garbage is collected (see main).

// call makes a system call, again while a signal interrupts it. What its arguments point to must not move
// meanwhile: they are to be converted where it is called.
//
//go:uintptrescapes
func call(name string, trap, a1, a2, a3, a4 uintptr) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(trap, a1, a2, a3, a4, 0, 0)
		switch {
		case errno == syscall.EINTR:
		case errno != 0:
			return 0, outcome(name, errno)
		default:
			return int(n), nil
		}
	}
}

func read(fd int, p []byte) (int, error) {
	return call("read", syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0)
}

func write(fd int, p []byte) (int, error) {
	return call("write", syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0)
}

// discard receives len(p) bytes at most and throws them away inside of the kernel.
func discard(fd int, p []byte) (int, error) {
	return call("recv", syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), syscall.MSG_TRUNC)
}

// sendfile sends n bytes of a file at most, and moves the offset; nil is the file's own.
func sendfile(fd, file int, offset *int64, n int64) (int, error) {
	return call("sendfile", syscall.SYS_SENDFILE, uintptr(fd), uintptr(file), uintptr(unsafe.Pointer(offset)), uintptr(n))
}

// connect connects to a port of 127.0.0.1.
func connect(fd, port int) error {
	to := syscall.RawSockaddrInet4{Family: syscall.AF_INET, Port: uint16(port>>8 | port&0xff<<8), Addr: [4]byte{127, 0, 0, 1}}
	_, err := call("connect", syscall.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&to)), unsafe.Sizeof(to), 0)
	if errors.Is(err, syscall.EISCONN) {
		return nil // a signal came between
	}
	return err
}

func accept(fd int) (int, error) {
	return call("accept", syscall.SYS_ACCEPT4, uintptr(fd), 0, 0, syscall.SOCK_CLOEXEC)
}

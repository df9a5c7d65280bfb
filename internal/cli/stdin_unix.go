//go:build unix

package cli

import "syscall"

// stdinIsSocket reports a TCP socket as standard input, which is how a
// super-server starts a process. A Unix socket is not meant: a remote shell gives
// one to its commands.
func stdinIsSocket() bool {
	addr, err := syscall.Getsockname(0)
	if err != nil {
		return false
	}
	switch addr.(type) {
	case *syscall.SockaddrInet4, *syscall.SockaddrInet6:
		return true
	}
	return false
}

//go:build !windows

package osfs

import "syscall"

// openNonblock keeps open from waiting for the other end of a FIFO.
const openNonblock = syscall.O_NONBLOCK

// representable reports whether the system can have a file of that valid name:
// any bytes do.
func representable(string) bool { return true }

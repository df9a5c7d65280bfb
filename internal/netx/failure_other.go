//go:build !windows

package netx

import "syscall"

// failures sorts the error numbers of connect(2), bind(2) and listen(2). EPERM is
// what Linux gives where an output rule of the packet filter drops the packet.
var failures = []errnoFailure{
	{Refused, []syscall.Errno{syscall.ECONNREFUSED}},
	{Timeout, []syscall.Errno{syscall.ETIMEDOUT}},
	{Unreachable, []syscall.Errno{syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN}},
	{AddrInUse, []syscall.Errno{syscall.EADDRINUSE}},
	{AddrNotAvail, []syscall.Errno{syscall.EADDRNOTAVAIL}},
	{Permission, []syscall.Errno{syscall.EACCES, syscall.EPERM}},
}

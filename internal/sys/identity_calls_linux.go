//go:build !386 && !arm

package sys

import "golang.org/x/sys/unix"

// The numbers of the calls that take 32-bit user and group numbers.
const (
	callSetresuid = unix.SYS_SETRESUID
	callSetresgid = unix.SYS_SETRESGID
	callSetgroups = unix.SYS_SETGROUPS
	callGetgroups = unix.SYS_GETGROUPS
	callGetresuid = unix.SYS_GETRESUID
	callGetresgid = unix.SYS_GETRESGID
	callSetfsuid  = unix.SYS_SETFSUID
	callSetfsgid  = unix.SYS_SETFSGID
)

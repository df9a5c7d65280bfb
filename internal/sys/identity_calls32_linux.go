//go:build 386 || arm

package sys

import "golang.org/x/sys/unix"

// The numbers of the calls that take 32-bit user and group numbers: the plain
// ones are older and cut them to 16 bits.
const (
	callSetresuid = unix.SYS_SETRESUID32
	callSetresgid = unix.SYS_SETRESGID32
	callSetgroups = unix.SYS_SETGROUPS32
	callGetgroups = unix.SYS_GETGROUPS32
	callGetresuid = unix.SYS_GETRESUID32
	callGetresgid = unix.SYS_GETRESGID32
	callSetfsuid  = unix.SYS_SETFSUID32
	callSetfsgid  = unix.SYS_SETFSGID32
)

package sys

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of this file act on the calling thread alone (capabilities(7)). A
// set of capabilities is a number with a bit for each.

// capget reads the sets of the calling thread.
func capget() (effective, permitted, inheritable uint64, err error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := rawCall("capget", unix.SYS_CAPGET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0); err != nil {
		return 0, 0, 0, err
	}
	join := func(low, high uint32) uint64 { return uint64(high)<<32 | uint64(low) }
	return join(data[0].Effective, data[1].Effective), join(data[0].Permitted, data[1].Permitted),
		join(data[0].Inheritable, data[1].Inheritable), nil
}

// capset sets them.
func capset(effective, permitted, inheritable uint64) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{
		{Effective: uint32(effective), Permitted: uint32(permitted), Inheritable: uint32(inheritable)},
		{Effective: uint32(effective >> 32), Permitted: uint32(permitted >> 32), Inheritable: uint32(inheritable >> 32)},
	}
	return rawCall("capset", unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
}

func clearAmbient() error {
	err := rawCall("ambient capabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0)
	if errors.Is(err, unix.EINVAL) {
		return nil // before Linux 4.3 there are none
	}
	return err
}

// LimitThread leaves the calling thread, and every program that it executes,
// root or not, no capability but those of keep that it has, and sets
// no_new_privs. It is for a thread that starts a process and ends: the child
// has the limits from its first instruction on in all its threads, with cgo
// too, where they cannot be set later. Taking from the bounding set needs
// CAP_SETPCAP, unless there is nothing to take.
func LimitThread(keep uint64) error {
	if err := clearAmbient(); err != nil {
		return err
	}
	for c := uintptr(0); c < 64; c++ {
		held, _, errno := unix.RawSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_READ, c, 0)
		if errno == unix.EINVAL {
			break // the kernel knows no more
		}
		if held == 0 || keep>>c&1 != 0 {
			continue
		}
		if err := rawCall("bounding set", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0); err != nil {
			return err
		}
	}
	effective, permitted, _, err := capget()
	if err != nil {
		return err
	}
	if err := capset(effective&keep, permitted&keep, 0); err != nil {
		return err
	}
	if err := rawCall("no_new_privs", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return err
	}
	effective, permitted, inheritable, err := capget()
	if err == nil && (effective|permitted|inheritable)&^keep != 0 {
		err = fmt.Errorf("capabilities are left: %x", (effective|permitted|inheritable)&^keep)
	}
	return err
}

package sys

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// noID is what the set calls take for "leave it as it is", so nobody may have it.
const noID = math.MaxUint32

// BecomeOnThread gives the calling thread, and no other of the process, an
// identity, and takes every way back: its files are those of UID, GID and
// Groups, in all else it is Guard, and it has no capability. The caller has
// locked its goroutine to the thread and never unlocks it, so that the thread
// ends with the goroutine and serves no other.
//
// Every call is raw. syscall.Setresuid and its kind change all threads of the
// process, as POSIX has it; the kernel knows threads only.
//
// The kernel is asked afterwards what holds, and the way back is tried. An
// error means that the thread may be anybody and must end at once.
func BecomeOnThread(id ThreadIdentity) error {
	if id.UID == noID || id.GID == noID || id.Guard == noID || slices.Contains(id.Groups, noID) {
		return fmt.Errorf("user %d, group %d and %d: %d is no number for anybody", id.UID, id.GID, id.Groups, uint32(noID))
	}
	if err := rawCall("setgroups", callSetgroups, uintptr(len(id.Groups)), uintptr(unsafe.Pointer(unsafe.SliceData(id.Groups))), 0); err != nil {
		return err
	}
	g := uintptr(id.GID)
	if err := rawCall("setresgid", callSetresgid, g, g, g); err != nil {
		return err
	}
	if err := becomeUser(uintptr(id.UID), uintptr(id.Guard)); err != nil {
		return err
	}
	// Of the bounding set nothing can be had without executing a file, which
	// no_new_privs takes the power from.
	if err := rawCall("no_new_privs", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return err
	}
	if err := checkThread(id); err != nil {
		return fmt.Errorf("the thread did not become user %d: %w", id.UID, err)
	}
	return nil
}

// becomeUser sets the user numbers and drops all capabilities. The one that
// files are judged by comes last, as setresuid sets it too; the power to set it
// has to outlive that.
func becomeUser(uid, guard uintptr) error {
	if err := rawCall("keep capabilities", unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1, 0); err != nil {
		return err
	}
	if err := rawCall("setresuid", callSetresuid, guard, guard, guard); err != nil {
		return err
	}
	if uid != guard {
		if err := capset(1<<unix.CAP_SETUID, 1<<unix.CAP_SETUID, 0); err != nil {
			return err
		}
		// It gives no error: checkThread sees.
		_, _, _ = unix.RawSyscall(callSetfsuid, uid, 0, 0)
	}
	if err := rawCall("keep capabilities", unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 0, 0); err != nil {
		return err
	}
	if err := clearAmbient(); err != nil {
		return err
	}
	return capset(0, 0, 0)
}

// checkThread asks the kernel who the calling thread is.
func checkThread(id ThreadIdentity) error {
	users, err := threeIDs("getresuid", callGetresuid)
	if err != nil {
		return err
	}
	groups, err := threeIDs("getresgid", callGetresgid)
	if err != nil {
		return err
	}
	// An impossible number changes nothing, and the old one comes back.
	fsuid, _, _ := unix.RawSyscall(callSetfsuid, noID, 0, 0)
	fsgid, _, _ := unix.RawSyscall(callSetfsgid, noID, 0, 0)
	if users != [3]uint32{id.Guard, id.Guard, id.Guard} || uint32(fsuid) != id.UID {
		return fmt.Errorf("its users are %d, and %d for files", users, fsuid)
	}
	if groups != [3]uint32{id.GID, id.GID, id.GID} || uint32(fsgid) != id.GID {
		return fmt.Errorf("its groups are %d, and %d for files", groups, fsgid)
	}
	have, err := threadGroups()
	if err != nil {
		return err
	}
	want := slices.Clone(id.Groups)
	slices.Sort(want)
	slices.Sort(have)
	// The kernel keeps a number that was given twice.
	if !slices.Equal(have, want) {
		return fmt.Errorf("its supplementary groups are %d, not %d", have, want)
	}
	effective, permitted, inheritable, err := capget()
	if err != nil {
		return err
	}
	if effective|permitted|inheritable != 0 {
		return fmt.Errorf("it has capabilities: effective %x, permitted %x, inheritable %x", effective, permitted, inheritable)
	}
	if id.UID != 0 && id.Guard != 0 {
		switch err := rawCall("setresuid", callSetresuid, noID, 0, noID); {
		case err == nil:
			return errors.New("it could go back to root")
		case !errors.Is(err, unix.EPERM):
			return fmt.Errorf("trying the way back to root: %w", err)
		}
	}
	return nil
}

func threeIDs(name string, call uintptr) (ids [3]uint32, err error) {
	err = rawCall(name, call, uintptr(unsafe.Pointer(&ids[0])), uintptr(unsafe.Pointer(&ids[1])), uintptr(unsafe.Pointer(&ids[2])))
	return ids, err
}

// threadGroups is getgroups(2), which x/sys has for the whole process only.
func threadGroups() ([]uint32, error) {
	n, _, errno := unix.RawSyscall(callGetgroups, 0, 0, 0)
	if errno == 0 && n > 0 {
		groups := make([]uint32, n)
		n, _, errno = unix.RawSyscall(callGetgroups, n, uintptr(unsafe.Pointer(&groups[0])), 0)
		if errno == 0 {
			return groups[:n], nil
		}
	}
	if errno != 0 {
		return nil, fmt.Errorf("getgroups: %w", errno)
	}
	return nil, nil
}

// OnMainThread reports whether the calling thread is the one that the process
// began with. It must not become anybody: its identity is what others see of
// the process, and it does not end before the process does.
func OnMainThread() bool { return unix.Gettid() == os.Getpid() }

// rawCall makes a system call on the calling thread, and on it alone. What its
// arguments point to must not move meanwhile, which the directive sees to.
//
//go:uintptrescapes
func rawCall(name string, trap, a1, a2, a3 uintptr) error {
	if _, _, errno := unix.RawSyscall6(trap, a1, a2, a3, 0, 0, 0); errno != 0 {
		return fmt.Errorf("%s: %w", name, errno)
	}
	return nil
}

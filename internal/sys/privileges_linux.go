package sys

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Everything here changes the whole process, which is a sum of threads to the
// kernel: each has credentials of its own. The Go runtime starts threads when it
// likes, long before main, so each call has to be made on all of them, and on
// new ones by inheritance: syscall.AllThreadsSyscall stops the world and does
// that, and ends the program if the threads do not agree. It is the reason that
// no library is needed for it (libcap's psx does the same with signals, and with
// C where there is cgo), and that these functions must not be called in a
// process some of whose threads have become somebody else.

// allThreads makes a system call on every thread. What its arguments point to must
// not move meanwhile, which the directive sees to.
//
//go:uintptrescapes
func allThreads(trap, a1, a2, a3 uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall(trap, a1, a2, a3)
	return threadError(errno)
}

func threadError(errno syscall.Errno) error {
	switch errno {
	case 0:
		return nil
	case syscall.ENOTSUP:
		return ErrThreads
	}
	return errno
}

// prctl calls prctl(2) on every thread.
func prctl(option int, arg uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, uintptr(option), arg, 0, 0, 0, 0)
	return threadError(errno)
}

// NoNewPrivs makes sure that neither this process nor one that it starts gains
// power by executing a file that is set-user-ID or has capabilities. It cannot
// be undone.
func NoNewPrivs() error {
	if err := prctl(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	return nil
}

// KeepOnly gives all capabilities of the process up but those in keep that it
// has, sets no_new_privs and stays who it is. For the user root, of whom files
// belong that only root may read, the power of the owner remains. It cannot be
// undone.
func KeepOnly(keep CapSet) error {
	had, err := ownSets()
	if err != nil {
		return err
	}
	sealed, err := seal(had)
	if err != nil {
		return err
	}
	if err := setCapabilities(keep & had.Permitted); err != nil {
		return err
	}
	if err := NoNewPrivs(); err != nil {
		return err
	}
	return verify(promise{keep: keep & had.Permitted, sealed: sealed, noNewPrivs: true})
}

// DropTo makes the process somebody else for good: every user and group number
// is c's, no capability is left but those in keep, not even in the sets that
// programs are executed with, no_new_privs is set, and other processes of that
// user cannot trace it. It reads back what the kernel says of every thread; an
// error means that the process must not go on.
//
// In a program with cgo the C library changes the numbers of all threads, and
// the kernel takes the capabilities with them. Nothing can be kept there, and
// no_new_privs cannot be set: the result is ErrThreads then, with which the
// process is c all the same.
func DropTo(c Credentials, keep CapSet) error {
	had, err := ownSets()
	if err != nil {
		return err
	}
	sealed, err := seal(had)
	cgo := errors.Is(err, ErrThreads)
	if err != nil && !cgo {
		return err
	}
	keep &= had.Permitted
	if cgo {
		keep = 0
	}
	if keep != 0 {
		if err := prctl(unix.PR_SET_KEEPCAPS, 1); err != nil {
			return fmt.Errorf("keep capabilities: %w", err)
		}
	}
	if err := become(c); err != nil {
		return err
	}
	if cgo {
		if err := verify(promise{who: &c}); err != nil {
			return err
		}
		return ErrThreads
	}
	if err := setCapabilities(keep); err != nil {
		return err
	}
	if keep != 0 {
		if err := prctl(unix.PR_SET_KEEPCAPS, 0); err != nil {
			return fmt.Errorf("keep capabilities: %w", err)
		}
	}
	if err := NoNewPrivs(); err != nil {
		return err
	}
	// What was read as somebody else, private keys among it, is not for other
	// processes of this user: they may not trace it, nor find it in a core file.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("PR_SET_DUMPABLE: %w", err)
	}
	return verify(promise{who: &c, keep: keep, sealed: sealed, noNewPrivs: true})
}

// become sets the numbers, the groups first: it takes the power of the user.
func become(c Credentials) error {
	if c.UID < 0 || c.GID < 0 {
		return fmt.Errorf("user %d, group %d: no such numbers", c.UID, c.GID)
	}
	if err := syscall.Setgroups(c.Groups); err != nil {
		return fmt.Errorf("setgroups: %w", err)
	}
	if err := syscall.Setresgid(c.GID, c.GID, c.GID); err != nil {
		return fmt.Errorf("setresgid: %w", err)
	}
	if err := syscall.Setresuid(c.UID, c.UID, c.UID); err != nil {
		return fmt.Errorf("setresuid: %w", err)
	}
	return nil
}

// The securebits that say that the user root has no power as such: a program
// that uid 0 executes gains nothing, and no capability becomes ambient. They
// are locked.
const secureBits = 1<<0 | 1<<1 | // SECBIT_NOROOT, _LOCKED
	1<<3 | // SECBIT_NO_SETUID_FIXUP_LOCKED: a change of the user goes on to take capabilities
	1<<6 | 1<<7 // SECBIT_NO_CAP_AMBIENT_RAISE, _LOCKED

// seal empties the sets from which a program that is executed could gain
// capabilities. That takes CAP_SETPCAP, which a root in a container may lack:
// sealed is false then, and no_new_privs alone must do.
func seal(had Thread) (sealed bool, err error) {
	if err := prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL); err != nil && !errors.Is(err, unix.EINVAL) {
		return false, fmt.Errorf("ambient capabilities: %w", err) // EINVAL: before Linux 4.3 there are none
	}
	if !had.Effective.Has(unix.CAP_SETPCAP) {
		return false, nil
	}
	for _, c := range had.Bounding.List() {
		if err := prctl(unix.PR_CAPBSET_DROP, uintptr(c)); err != nil {
			return false, fmt.Errorf("bounding set: %w", err)
		}
	}
	bits, err := unix.PrctlRetInt(unix.PR_GET_SECUREBITS, 0, 0, 0, 0)
	if err == nil { // some may be locked already
		err = prctl(unix.PR_SET_SECUREBITS, uintptr(bits)|secureBits)
	}
	if err != nil {
		return false, fmt.Errorf("securebits: %w", err)
	}
	return true, nil
}

// setCapabilities makes keep the permitted and effective set, and leaves
// nothing to be inherited.
func setCapabilities(keep CapSet) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3} // 0 is the thread that calls
	low, high := uint32(keep), uint32(keep>>32)
	data := [2]unix.CapUserData{{Effective: low, Permitted: low}, {Effective: high, Permitted: high}}
	if err := allThreads(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}

// ownSets is what this process has before it gives up anything: threads do not
// differ then.
func ownSets() (Thread, error) {
	threads, err := Threads(0)
	if err != nil {
		return Thread{}, err
	}
	return threads[0], nil
}

// promise is what every thread of a process must be like.
type promise struct {
	who        *Credentials // nil is not asked for
	keep       CapSet       // all that it may have
	sealed     bool         // the bounding set is empty too
	noNewPrivs bool
}

// verify reads back whether every thread keeps the promise.
func verify(p promise) error {
	threads, err := Threads(0)
	if err != nil {
		return err
	}
	for i := range threads {
		if err := p.keptBy(&threads[i]); err != nil {
			return fmt.Errorf("thread %d: %w", threads[i].ID, err)
		}
	}
	return nil
}

func (p *promise) keptBy(t *Thread) error {
	if p.who != nil {
		u, g := p.who.UID, p.who.GID
		groups := slices.Compact(slices.Sorted(slices.Values(p.who.Groups)))
		if t.UIDs != [4]int{u, u, u, u} || t.GIDs != [4]int{g, g, g, g} || !slices.Equal(t.Groups, groups) {
			return fmt.Errorf("it is still user %v, group %v and %v", t.UIDs, t.GIDs, t.Groups)
		}
	}
	if t.Permitted&^p.keep != 0 || t.Effective&^p.keep != 0 || t.Inheritable != 0 || t.Ambient != 0 || p.sealed && t.Bounding != 0 {
		return fmt.Errorf("it still has capabilities: permitted %v, effective %v, inheritable %v, ambient %v, bounding %v",
			t.Permitted.List(), t.Effective.List(), t.Inheritable.List(), t.Ambient.List(), t.Bounding.List())
	}
	if p.noNewPrivs && !t.NoNewPrivs {
		return errors.New("it can still gain power by executing a file (no_new_privs is not set)")
	}
	return nil
}

package sys

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// newestABI is the version of Landlock whose restrictions are all known here;
// what a newer one adds is not used. (8 adds none, but a flag that changes all
// threads at once.)
const newestABI = 8

// landlockRights are the rights to files that the kernel can take away, with
// the version that first could (landlock(7)).
var landlockRights = []struct {
	abi    int
	right  uint64
	reach  Reach // who has it; 0 is nobody
	inFile bool  // it means something for a file, not only for a directory
	word   string
}{
	{1, unix.LANDLOCK_ACCESS_FS_EXECUTE, ReachExecute, true, "execution"},
	{1, unix.LANDLOCK_ACCESS_FS_WRITE_FILE, ReachWrite, true, "writing"},
	{1, unix.LANDLOCK_ACCESS_FS_READ_FILE, ReachRead, true, "reading"},
	{1, unix.LANDLOCK_ACCESS_FS_READ_DIR, ReachRead, false, "listing"},
	{1, unix.LANDLOCK_ACCESS_FS_REMOVE_DIR, ReachRemove, false, "removal of directories"},
	{1, unix.LANDLOCK_ACCESS_FS_REMOVE_FILE, ReachRemove, false, "removal of files"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_DIR, ReachCreate, false, "new directories"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_REG, ReachCreate, false, "new files"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_SYM, 0, false, "new symbolic links"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_CHAR, 0, false, "new devices"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK, 0, false, "new devices"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_FIFO, 0, false, "new FIFOs"},
	{1, unix.LANDLOCK_ACCESS_FS_MAKE_SOCK, 0, false, "new sockets"},
	{2, unix.LANDLOCK_ACCESS_FS_REFER, ReachMove, false, "renames between directories"},
	{3, unix.LANDLOCK_ACCESS_FS_TRUNCATE, ReachWrite, true, "truncation of files"},
	{5, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV, 0, true, "commands to devices (ioctl)"},
}

// scopeABI is the version that can keep signals and connections to abstract
// sockets among the restricted. Signals are kept only where the kernel lets the
// threads of one process signal each other all the same, as the Go runtime
// does: the second of its errata.
const (
	scopeABI      = 6
	signalErratum = 1 << (2 - 1)
)

// handledBy is what a version can restrict, and in words what it cannot.
func handledBy(abi int) (rights uint64, open []string) {
	for _, r := range landlockRights {
		if r.abi <= abi {
			rights |= r.right
		} else {
			open = append(open, r.word)
		}
	}
	return rights, open
}

// rightsOf is what reach means to the kernel.
func rightsOf(reach Reach, file bool) (rights uint64) {
	for _, r := range landlockRights {
		if reach&r.reach != 0 && (r.inFile || !file) {
			rights |= r.right
		}
	}
	return rights
}

// LandlockABI is the version of Landlock that the kernel has, 0 for none.
func LandlockABI() int {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(abi)
}

// A Lock is a set of rules that is ready to be put on the process.
type Lock struct {
	set   int // the kernel's descriptor of it
	state Landlocked
}

// NewLock makes a lock of rules. It opens their paths, and so is made before the
// process gives up the right to; a path that is missing, or that even now cannot
// be reached, is left out and named.
//
// TCP ports are left as they are: active mode connects to whichever port a
// client names, and passive mode binds a range.
func NewLock(rules []ReachRule) (*Lock, error) {
	return newLock(rules, min(LandlockABI(), newestABI))
}

func newLock(rules []ReachRule, abi int) (*Lock, error) {
	if abi < 1 {
		return nil, ErrNoLandlock
	}
	l := &Lock{state: Landlocked{ABI: abi}}
	var attr unix.LandlockRulesetAttr
	attr.Handled_access_fs, l.state.Open = handledBy(abi)
	size := unsafe.Sizeof(attr.Handled_access_fs)
	switch errata, _, _ := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_ERRATA); {
	case abi < scopeABI:
		l.state.Open = append(l.state.Open, "signals to other processes", "connections to abstract sockets")
	case abi == scopeABI && errata&signalErratum == 0, int(errata) < 0:
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		l.state.Open = append(l.state.Open, "signals to other processes")
	default:
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	if attr.Scoped != 0 {
		size = unsafe.Offsetof(attr.Scoped) + unsafe.Sizeof(attr.Scoped)
	}
	r, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return nil, fmt.Errorf("landlock_create_ruleset: %w", errno)
	}
	l.set = int(r)
	for _, rule := range rules {
		err := ErrNoRefer
		if rule.Reach&ReachMove == 0 || attr.Handled_access_fs&unix.LANDLOCK_ACCESS_FS_REFER != 0 {
			err = addRule(l.set, rule, attr.Handled_access_fs)
		}
		switch {
		case err == nil:
		case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EACCES):
			l.state.Missing = append(l.state.Missing, rule.Path)
		default:
			l.Close()
			return nil, fmt.Errorf("%s: %w", rule.Path, err)
		}
	}
	return l, nil
}

// Put takes from the whole process, for good, every right to files (to open them,
// list, make, remove or rename them) that the rules do not give, also from root,
// and the power to signal other processes or to reach their abstract sockets.
// What is open stays usable. no_new_privs must be set.
func (l *Lock) Put() (Landlocked, error) {
	if err := restrict(l.set, l.state.ABI); err != nil {
		return Landlocked{}, fmt.Errorf("landlock_restrict_self: %w", err)
	}
	return l.state, nil
}

// Close forgets the rules; a lock that was put stays.
func (l *Lock) Close() { _ = unix.Close(l.set) }

// addRule opens a path to the restricted.
func addRule(set int, rule ReachRule, handled uint64) error {
	fd, err := retryFD(func() (int, error) { return unix.Open(rule.Path, unix.O_PATH|unix.O_CLOEXEC, 0) })
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	beneath := unix.LandlockPathBeneathAttr{
		Allowed_access: rightsOf(rule.Reach, st.Mode&unix.S_IFMT != unix.S_IFDIR) & handled,
		Parent_fd:      int32(fd),
	}
	if beneath.Allowed_access == 0 {
		return nil // the kernel refuses a rule that says nothing
	}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(set), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&beneath)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// restrict puts every thread under the rules. From version 8 on the kernel does
// that itself, for threads of C too.
func restrict(set, abi int) error {
	if abi >= 8 {
		_, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(set), unix.LANDLOCK_RESTRICT_SELF_TSYNC, 0)
		if errno != 0 {
			return errno
		}
		return nil
	}
	return allThreads(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(set), 0, 0)
}

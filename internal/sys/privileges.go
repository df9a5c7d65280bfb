package sys

import (
	"errors"
	"strconv"
)

// Credentials are who a process is to the kernel.
type Credentials struct {
	UID, GID int
	// Groups are the supplementary groups; none is none at all.
	Groups []int
}

// Capability is one of the pieces that root's power is cut into (capabilities(7)).
type Capability uint

// The capabilities that ferry has a use for.
const (
	CapChown          Capability = 0
	CapDACOverride    Capability = 1
	CapDACReadSearch  Capability = 2
	CapFowner         Capability = 3
	CapFsetid         Capability = 4
	CapSetgid         Capability = 6
	CapSetuid         Capability = 7
	CapNetBindService Capability = 10
)

// String names the capability as setpriv(1) and the manual pages do, in small
// letters.
func (c Capability) String() string {
	switch c {
	case CapChown:
		return "chown"
	case CapDACOverride:
		return "dac_override"
	case CapDACReadSearch:
		return "dac_read_search"
	case CapFowner:
		return "fowner"
	case CapFsetid:
		return "fsetid"
	case CapSetgid:
		return "setgid"
	case CapSetuid:
		return "setuid"
	case CapNetBindService:
		return "net_bind_service"
	default:
		return "cap_" + strconv.FormatUint(uint64(c), 10)
	}
}

// CapSet is a set of capabilities, as the kernel prints it.
type CapSet uint64

// Capabilities makes a set.
func Capabilities(list ...Capability) CapSet {
	var s CapSet
	for _, c := range list {
		s |= 1 << c
	}
	return s
}

// Has reports whether c is in the set.
func (s CapSet) Has(c Capability) bool { return s>>c&1 != 0 }

// List is what is in the set.
func (s CapSet) List() []Capability {
	var list []Capability
	for c := range Capability(64) {
		if s.Has(c) {
			list = append(list, c)
		}
	}
	return list
}

// ErrThreads is given where a setting of the kernel's that holds for a thread
// cannot be made for all threads of the process: the program is linked with C
// code, whose threads the Go runtime does not know. CGO_ENABLED=0 builds one
// that can.
var ErrThreads = errors.New("the program was built with cgo, and cannot change all of its threads (build it with CGO_ENABLED=0)")

// ErrNoProc is given where the kernel's word about the process cannot be read
// back, because /proc is not mounted.
var ErrNoProc = errors.New("what holds cannot be read back: /proc is not mounted")

// Thread is what the kernel says of one thread: /proc/PID/task/TID/status.
type Thread struct {
	ID int
	// UIDs and GIDs are the real, effective, saved and file system ones.
	UIDs, GIDs [4]int
	Groups     []int

	Inheritable, Permitted, Effective, Bounding, Ambient CapSet

	NoNewPrivs bool
}

package sys

import "errors"

// Reach is what a process may do below a path, whatever the modes of the files
// say besides.
type Reach uint8

// The pieces of Reach.
const (
	ReachRead    Reach = 1 << iota // open files to read them, list directories
	ReachWrite                     // open files to write them, cut them off
	ReachCreate                    // make files and directories
	ReachRemove                    // remove files and directories
	ReachMove                      // rename files and directories from one directory to another
	ReachExecute                   // execute files
)

// ReachChange is all that a user who may write does.
const ReachChange = ReachRead | ReachWrite | ReachCreate | ReachRemove | ReachMove

// ReachRule opens a path: a directory with all below it, or a file.
type ReachRule struct {
	Path  string
	Reach Reach
}

// Landlocked says what Landlock does after a Lock was put on the process.
type Landlocked struct {
	// ABI is the version of the kernel's interface that was used.
	ABI int
	// Open says what the kernel is too old to restrict, in words.
	Open []string
	// Missing are the paths of rules that are not there, or that could not be
	// reached: nothing below them can be even if they come later.
	Missing []string
}

// ErrNoLandlock is given where the kernel has no Landlock, or it is switched
// off.
var ErrNoLandlock = errors.New("the kernel has no Landlock (it comes with Linux 5.13, and security modules are chosen when the system starts)")

// ErrNoRefer is given where a rule asks for ReachMove and the kernel would
// refuse every rename from one directory to another.
var ErrNoRefer = errors.New("with the Landlock of this kernel nothing could be renamed from one directory to another (Linux 5.19 can)")

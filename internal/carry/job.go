package carry

import (
	"context"
	"errors"
	"fmt"

	"ferry/ftpclient"
)

// The classes of what can go wrong here, beside the errors of ftpclient.
var (
	ErrLocalRead  = errors.New("cannot read here")
	ErrLocalWrite = errors.New("cannot write here")
	// ErrResume is a beginning that is not the file's.
	ErrResume = errors.New("cannot go on")
	// ErrPartial is a file that is not as long as it should be, or has other
	// content.
	ErrPartial = errors.New("the file is not whole")
	// ErrName is a name from the server that cannot be one of a file here.
	ErrName = errors.New("the name is refused")
	// ErrSome says that some files of several failed; each had its event.
	ErrSome = errors.New("not everything was transferred")
	// ErrDirectory is a directory where a file was wanted.
	ErrDirectory = errors.New("is a directory: give -r to transfer all that is in it")
	// ErrNoMatch is a pattern that no name on the server matches.
	ErrNoMatch = errors.New("nothing on the server matches")
)

// Verify says what is compared when a file is whole.
type Verify uint8

// The ways to verify.
const (
	VerifyNothing Verify = iota
	// VerifySize compares the lengths.
	VerifySize
	// VerifyHash compares checksums of the whole file, which the server makes by
	// HASH, XCRC and the like. Nothing is transferred if it makes none.
	VerifyHash
)

// Job is how files are carried. Its methods may be called from several goroutines
// at once; the fields stay as they are meanwhile.
type Job struct {
	// Pool has the connections. What fails for now it tries again.
	Pool *ftpclient.Pool

	Resume    bool   // go on where an earlier attempt ended, and leave out what is whole
	KeepTime  bool   // give files the time of their last change
	TempName  bool   // upload under another name, and rename what is whole
	Recursive bool   // directories with all that is in them
	Verify    Verify // what to compare at the end
	// Parallel is how many files of a tree or pattern go at once; 0 is 1. There
	// are never more transfers than the Pool has connections.
	Parallel int
	// Segments is in how many ranges one large file is downloaded at once; 0 is
	// 1. A file of less than 2 MiB is not divided.
	Segments int
	// Limit is the most bytes a second of all transfers together; 0 is no limit.
	Limit int64
	// Event is told what happens, from several goroutines at once; the events of
	// one file, as Upload, Remote and Local name it, come in order.
	Event func(Event)

	pace   pace
	hashes hashes
}

// local wraps an error of this machine's, so that its class is known.
func local(class, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", class, err)
}

package vfs

import (
	"errors"
	"syscall"
)

// FromOS gives an error of the operating system its kind: the result has the
// text of err, and errors.Is finds in it both the kind and whatever is in err.
// An error that has no kind here, or has one already, comes back as it is.
// Whoever reads or writes through Filer.File needs it; a Reader and a Writer
// have done it themselves.
//
// ENOTEMPTY is an ErrExist as well, by the rules of package syscall: ask for
// ErrNotEmpty first.
func FromOS(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*kindError](err); ok {
		return err
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return err
	}
	kind := kindOf(errno)
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return &kindError{kind: kind, err: err}
}

// kindError is an error of the operating system with its kind.
type kindError struct{ kind, err error }

func (e *kindError) Error() string   { return e.err.Error() }
func (e *kindError) Unwrap() []error { return []error{e.kind, e.err} }

package broker

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"ferry/vfs"
)

// kinds are the errors that keep their identity on the way, by their place. It
// has all of vfs/error.go.
var kinds = [...]error{
	vfs.ErrTaken, vfs.ErrNotExist, vfs.ErrExist, vfs.ErrPermission, vfs.ErrInvalid,
	vfs.ErrIsDir, vfs.ErrNotDir, vfs.ErrNotEmpty, vfs.ErrNotRegular, vfs.ErrNoSpace, vfs.ErrQuota, vfs.ErrLocked,
	vfs.ErrNameTooLong, vfs.ErrLoop, vfs.ErrUnsupported, vfs.ErrCrossDevice,
	fs.ErrClosed, context.Canceled, context.DeadlineExceeded,
}

// A fault is an error on its way between the processes: its text, the kinds
// that errors.Is found in it, and the number of the system.
type fault struct {
	path     bool // op and name are those of a *fs.PathError
	op, name string
	text     string
	kinds    uint32
	errno    uint32
}

// maxFaults bounds how many joined errors travel one by one.
const maxFaults = 4

// faults takes an error apart: joined errors one by one, as a Writer gives them
// when removing its file has failed too.
func faults(err error) []fault {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list := joined.Unwrap()
		texts := make([]string, len(list))
		for i, e := range list {
			texts[i] = e.Error()
		}
		if len(list) <= maxFaults && err.Error() == strings.Join(texts, "\n") {
			var all []fault
			for _, e := range list {
				all = append(all, faultOf(e))
			}
			return all
		}
	}
	return []fault{faultOf(err)}
}

func faultOf(err error) fault {
	var f fault
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // what wraps one has a text of its own
		f.path, f.op, f.name, err = true, e.Op, e.Path, e.Err
	}
	f.text = err.Error()
	for i, kind := range kinds {
		if errors.Is(err, kind) {
			f.kinds |= 1 << i
		}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		f.errno = uint32(errno)
	}
	return f
}

// Error implements error.
func (f *fault) Error() string { return f.text }

// Unwrap gives what errors.Is and errors.As shall find.
func (f *fault) Unwrap() []error {
	var found []error
	for i, kind := range kinds {
		if f.kinds>>i&1 == 1 {
			found = append(found, kind)
		}
	}
	if f.errno != 0 {
		found = append(found, syscall.Errno(f.errno))
	}
	return found
}

// rebuilt is the error that faults were made of.
func rebuilt(list []fault) error {
	var all []error
	for i := range list {
		f := &list[i]
		var err error = f
		if f.path {
			err = &fs.PathError{Op: f.op, Path: f.name, Err: f}
		}
		all = append(all, err)
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

func (e *encoder) faults(list []fault) {
	e.u8(byte(len(list)))
	for i := range list {
		f := &list[i]
		e.bool(f.path)
		if f.path {
			e.str(f.op)
			e.str(f.name)
		}
		e.str(f.text)
		e.u32(f.kinds)
		e.u32(f.errno)
	}
}

func (d *decoder) faults() []fault {
	n := int(d.u8())
	if n == 0 || n > maxFaults {
		d.bad = true
		return nil
	}
	list := make([]fault, n)
	for i := range list {
		f := &list[i]
		if f.path = d.bool(); f.path {
			f.op, f.name = d.str(), d.str()
		}
		f.text = d.str()
		f.kinds = d.u32()
		f.errno = d.u32()
		d.bad = d.bad || f.kinds>>len(kinds) != 0
	}
	if d.bad {
		return nil
	}
	return list
}

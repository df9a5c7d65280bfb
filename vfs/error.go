package vfs

import (
	"errors"
	"fmt"
	"io/fs"
)

// The kinds of error. A store wraps one of them, usually in a *fs.PathError;
// the first three are those of io/fs, so errors from package os are right as
// they are.
var (
	// ErrTaken is an ErrPermission too: the name exists, and what it stands
	// for may not be replaced.
	ErrTaken = fmt.Errorf("it exists and may not be replaced: %w", ErrPermission)

	ErrNotExist   = fs.ErrNotExist
	ErrExist      = fs.ErrExist
	ErrPermission = fs.ErrPermission
	ErrInvalid    = fs.ErrInvalid

	ErrIsDir       = errors.New("is a directory")
	ErrNotDir      = errors.New("not a directory")
	ErrNotEmpty    = errors.New("directory not empty")
	ErrNotRegular  = errors.New("not a regular file")
	ErrNoSpace     = errors.New("no space left")  // the store is full
	ErrQuota       = errors.New("quota exceeded") // the user's share is
	ErrLocked      = errors.New("file is locked") // somebody else writes it
	ErrNameTooLong = errors.New("name too long")  // an element or the whole
	ErrLoop        = errors.New("too many symbolic links")
	ErrUnsupported = errors.ErrUnsupported // the store cannot do that
	ErrCrossDevice = errors.New("not on the same device")
)

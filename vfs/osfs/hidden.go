package osfs

import (
	"context"
	"crypto/rand"
	"io/fs"
	"strings"

	"ferry/vfs"
)

// temporaryPrefix begins the name of a file that is written with
// vfs.CreateOptions.Atomic and is not there yet. Such names belong to the store:
// it leaves them out of listings and lets nobody use them.
const temporaryPrefix = ".ferry-upload-"

// temporaryName makes a name that nobody has.
func temporaryName() string { return temporaryPrefix + strings.ToLower(rand.Text()) }

// temporary reports whether an element is such a name, also where the file
// system takes large and small letters for the same.
func temporary(element string) bool {
	return len(element) >= len(temporaryPrefix) && element[0] == temporaryPrefix[0] && strings.EqualFold(element[:len(temporaryPrefix)], temporaryPrefix)
}

// hides reports whether such a name is on the way to name.
func hides(name string) bool {
	if strings.IndexByte(name, temporaryPrefix[0]) < 0 {
		return false // most have no dot at all
	}
	for element := range strings.SplitSeq(name, "/") {
		if temporary(element) {
			return true
		}
	}
	return false
}

// leaveOut passes the entries of a listing on without those names.
func leaveOut(yield func(vfs.Info, error) bool) func(vfs.Info, error) bool {
	return func(i vfs.Info, err error) bool {
		return err == nil && temporary(i.Name) || yield(i, err)
	}
}

// beginRead is begin for operations that change nothing: nobody hears that a
// temporary file is there.
func beginRead(ctx context.Context, op, name string) error {
	if err := begin(ctx, op, name); err != nil {
		return err
	}
	if hides(name) {
		return &fs.PathError{Op: op, Path: name, Err: vfs.ErrNotExist}
	}
	return nil
}

package osfs

import (
	"errors"
	"os"
	"time"

	"ferry/internal/sys"
)

// A crash leaves a temporary file behind where the system knows no files without
// a name, or in the moment between its name and the right one. Looking for them
// everywhere at start would take long on a large tree, so that a directory is
// looked through when an upload begins there, at most once in sweepEvery.
const (
	sweepEvery = time.Hour
	// staleAfter is how long nothing has been written to a file that nobody holds
	// locked, until it counts as left behind. The lock alone would do, but for
	// mounts on which another host's locks are not seen.
	staleAfter = time.Hour
	// staleUnlocked is the same where there are no locks at all.
	staleUnlocked = 24 * time.Hour
)

// sweep removes what uploads have left behind in a directory. That it cannot is
// no reason to refuse an upload.
func (f *FS) sweep(d folder, dir string) {
	now := time.Now()
	if last, ok := f.swept.get(dir); ok && now.Sub(last) < sweepEvery {
		return
	}
	f.swept.set(dir, now)
	var found []string
	_ = d.names(func(base string) bool {
		if temporary(base) {
			found = append(found, base)
		}
		return true
	})
	for _, base := range found {
		id, err := d.lstat(base)
		if err == nil && id.Mode.IsRegular() {
			removeStale(d, base, now.Sub(id.ModTime), staleAfter)
		}
	}
}

// removeStale removes a temporary file that nobody writes. It was last written
// so long ago.
func removeStale(d folder, base string, age, least time.Duration) {
	if least > 0 && age < least {
		return
	}
	file, err := d.open(base, os.O_WRONLY, 0)
	if err != nil {
		return // somebody else's
	}
	defer func() { _ = file.Close() }() // nothing was written
	err = sys.TryLock(file)
	if err == nil || errors.Is(err, errors.ErrUnsupported) && age >= staleUnlocked {
		_ = d.remove(base) // the next one tries again
	}
}

// sweepAll removes what nobody writes, however young, if there is nothing but
// temporary files in the directory, and reports whether that may have emptied it.
func (f *FS) sweepAll(name string) bool {
	d, err := f.tree.openFolder(name)
	if err != nil {
		return false
	}
	defer func() { _ = d.close() }() // it was only a handle
	var found []string
	only := true
	err = d.names(func(base string) bool {
		found, only = append(found, base), temporary(base)
		return only
	})
	if err != nil || !only {
		return false
	}
	for _, base := range found {
		if id, err := d.lstat(base); err == nil && id.Mode.IsRegular() {
			removeStale(d, base, time.Since(id.ModTime), 0)
		}
	}
	return true
}

package osfs

import "path/filepath"

// openNonblock: opening a file does not wait here.
const openNonblock = 0

// representable reports whether the system can have a file of that valid name:
// a backslash, a colon or a device name like NUL would mean something else.
func representable(name string) bool {
	if name == "/" {
		return true
	}
	_, err := filepath.Localize(name[1:])
	return err == nil
}

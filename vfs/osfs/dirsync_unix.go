//go:build !windows

package osfs

const (
	// dirSync says that a directory can be synced.
	dirSync = true
	// closeFirst says that an open file cannot be renamed.
	closeFirst = false
)

package osfs

const (
	// dirSync says that a directory can be synced: here FlushFileBuffers refuses
	// one, and the file system logs its changes.
	dirSync = false
	// closeFirst says that an open file cannot be renamed.
	closeFirst = true
)

package sys

import "golang.org/x/sys/unix"

// Fsync waits until a file, or the entries of a directory, are on the disk.
func Fsync(fd int) error { return retry(func() error { return unix.Fsync(fd) }) }

// SyncFS waits until all of the file system that fd is on is on the disk.
func SyncFS(fd int) error { return retry(func() error { return unix.Syncfs(fd) }) }

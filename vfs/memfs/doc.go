// Package memfs is a store in memory: for tests, for examples, and for a server
// whose files need not outlive it.
//
// It means the same as a local file system does: symbolic links are resolved
// inside the store, a removed file stays readable for those who have it open,
// and what is written is visible at once. Permission bits and owners are kept,
// but not enforced: that is what vfs.Restrict does. It is safe for use by
// several goroutines; one lock guards everything, so it is not made for speed.
//
// Its callers are internal/store, ftptest and the tests of packages above vfs.
package memfs

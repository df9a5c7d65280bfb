// Package vfs says what a store of files must be able to do to stand behind an
// FTP server, and what it may do beyond that.
//
// A store knows nothing of FTP: no reply codes, no sessions. Names are
// absolute, slash-separated, cleaned pathnames ("/", "/a/b") whose elements are
// bytes, not text: a store keeps a name that is not UTF-8 unchanged. "/" is the
// root of the store, and no name, symbolic link or rename leads out of it.
//
// Optional abilities (Chmod, SetTimes, ...) are interfaces of their own that a
// store implements or not; ask with As, which looks through decorators.
// Permissions are not the business of a store: Restrict wraps one and enforces
// them on every path.
package vfs

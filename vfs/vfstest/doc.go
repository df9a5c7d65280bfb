// Package vfstest is the suite of tests that every store must pass: what the
// comments of package vfs promise, sentence by sentence.
//
// A store's own test calls Run with a function that makes an empty store. What
// a store has not (links, owners, times) is left out, and said so by a skipped
// test. Links and FIFOs, which no method of vfs.FS can make, are tested where
// the value that is tested implements Symlinker or FIFOMaker as well.
//
// It tests meaning, not permissions (vfs.Restrict has its own tests) and not
// confinement against attackers (package osfs has).
package vfstest

// Package accounttest holds every store of users to the same rules.
//
// Run is called by the tests of each store with a function that makes an empty
// one. What the rules are is said at account.Store; the package tests nothing of
// passwords, which no store knows.
package accounttest

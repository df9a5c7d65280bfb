// Package peers is test support: it finds the real FTP clients and servers
// that `make peers` unpacks into .peers/, starts the servers on free loopback
// ports with small configurations, and knows for each client which data
// connections it can make and the command lines that make them.
//
// A peer that is absent skips the test by name; where the environment has
// CI=true it fails it, so that a run which proves less than it says is never
// green. Servers end with the test that started them, and with the test process
// if that dies.
//
// It knows nothing of dialogues or of the matrix of transfers: internal/dialogue
// and interop call it, from their tests only.
package peers

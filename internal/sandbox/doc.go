// Package sandbox carries a plan out by which a process gives up what it does
// not need any more: its user, its capabilities, the power that it could gain by
// executing files, and every path that it has no business with.
//
// A Plan is data, made by who knows what the process does (internal/daemon, and
// whatever other process ferry consists of); Apply does it, in the one order that
// works, and returns a Report that says what holds and what does not, and why.
// Nothing of it can be taken back. What a system or a kernel lacks is a line of
// the report, as far as it is a second line of defence; that the process is not
// who it should be is an error.
//
// It knows no settings, no FTP and no log, and makes no system call itself:
// those are in internal/sys.
package sandbox

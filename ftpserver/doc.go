// Package ftpserver is the server side of FTP: the server protocol interpreter
// (RFC 959 §2.2) that reads commands, answers them, and has data connections
// made in either mode, active and passive.
//
// A Server is given who may log in (Accounts), how to behave (Policy) and what
// to tell (Trace), and serves listeners. Files come from vfs stores that the
// accounts bring along; every path of a session goes through vfs.Restrict. The
// package reads no configuration file, knows no system user and writes no log:
// a program composes that around it.
//
// One goroutine owns a session. A handler returns its one final reply and never
// writes; a command that transfers returns a plan, and the loop alone opens the
// data connection, moves the bytes and says how it went.
package ftpserver

//go:generate go test -run TestCommandsDocument -update .

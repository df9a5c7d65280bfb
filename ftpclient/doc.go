// Package ftpclient is the user protocol interpreter of FTP: one Conn is one
// control connection, logged in or not, with which files are stored, retrieved
// and listed.
//
// A transfer needs a second connection, which firewalls and NATs break in one
// direction or the other. A Conn therefore has a ladder of modes (EPSV, PASV at
// the address of the control connection, PASV at the address announced, EPRT,
// PORT) and climbs it until one of them carries data: past a refused or garbled
// reply, a failed connect and a failed TLS handshake alike. What worked is tried
// first the next time; a Memory keeps it for longer.
//
// Every call takes a context, transfers whole files, and reads every reply that
// it has caused: a transfer that is given up ends with ABOR, and the Conn goes on
// being usable. Calls from several goroutines take turns. Errors are *Error and
// say what was attempted, in which phase it failed, and the cause by a name that
// does not change from release to release (ftp.Causes).
package ftpclient

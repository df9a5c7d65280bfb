// Package ftpclient is the user protocol interpreter of FTP: one Conn is one
// control connection, logged in or not, with which files are stored, retrieved
// and listed. A Pool is several, for work in parallel, transfers that go on after
// a connection is lost, and an fs.FS.
//
// A transfer needs a second connection, which firewalls and NATs break in one
// direction or the other. A Conn therefore has a ladder of modes (EPSV, PASV at
// the address of the control connection, PASV at the address announced, EPRT,
// PORT) and climbs it until one of them carries data: past a refused or garbled
// reply, a failed connect and a failed TLS handshake alike. What worked is tried
// first the next time; a Memory keeps it for longer.
//
// Names are UTF-8 and times UTC, whatever the server writes them in: both are found
// out (Config.Charset, Config.Location), and a name that was listed can be sent back
// to the byte. ThirdParty copies from one server to another without the content
// passing the client.
//
// A server is believed little. Replies and listings are held to limits in length
// and time, a 227 that leads to somebody else is not followed, a name that leads
// out of a directory is no entry, and an Error is fit for a terminal. Whether a file
// is whole is judged by the end of the data and the final reply together; where
// that reply is lost a Pool looks at the file.
//
// Every call takes a context, transfers whole files, and reads every reply that
// it has caused: a transfer that is given up ends with ABOR, and the Conn goes on
// being usable. Calls from several goroutines take turns. Errors are *Error and
// say what was attempted, in which phase it failed, and the cause by a name that
// does not change from release to release (ftp.Causes).
package ftpclient

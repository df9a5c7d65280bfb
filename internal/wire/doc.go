// Package wire is one end of an FTP control connection: bytes on one side,
// lines, commands and replies on the other. Server, client and gateway share it.
//
// It keeps the stream in step whatever arrives: every line is bounded, and a bad
// one is consumed whole before it is reported. It takes the Telnet of RFC 854 out of the
// stream as RFC 1123 §4.1.2.12 wants, and refuses every option. An idle
// connection costs about a kilobyte.
//
// It knows no command, no session and no clock beyond the deadlines that it
// passes on; what a command or reply means is said in package ftp. For logs it
// has Redact and Escape.
package wire

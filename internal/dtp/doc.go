// Package dtp is the data transfer process of FTP (RFC 959 §2.2): it makes data
// connections and moves bytes over them.
//
// Active and passive are two mechanisms, dial and listen, not two roles. An
// Endpoint is a data connection that has been agreed on the control connection
// and is not made yet: Passive waits on a port of the Pool, Active dials. A
// Stream is a connection that is made, under the rules of a transfer: a limit on
// standing still, a rate, a count, a way to abort.
//
// The package knows replies only by their causes (ftp.Cause); server, client and
// gateway make the words. It dials and listens through a netx.Network that is
// handed in.
package dtp

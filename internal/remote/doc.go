// Package remote names what a client is to talk to: the URL of a file or
// directory (Target), the servers that the user has given names (Sites), and the
// login that belongs to a server (Netrc).
//
// It reads text and two files of the user's, one of which it changes, connects to
// nobody, and asks nobody; the command line calls it, and hands what it finds to
// the client.
package remote

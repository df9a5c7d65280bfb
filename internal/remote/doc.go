// Package remote names what a client is to talk to: the URL of a file or
// directory (Target), the login that belongs to it (Netrc), and what is known of
// the server from before (Known).
//
// It reads text and two files of the user's, connects to nobody, and asks nobody;
// the command line calls it, and hands what it finds to the client.
package remote

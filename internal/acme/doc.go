// Package acme orders certificates from an authority by ACME (RFC 8555), such as
// Let's Encrypt, and renews them in time. It is the one place that knows the module
// certmagic, which does the work.
//
// A Keeper hands its certificates out by Current, which certs.FromCurrent makes a
// source of; it answers no handshake of FTP itself. What it listens on are the ports of
// the challenges HTTP-01 and TLS-ALPN-01, through certmagic and only while an order is
// open; it dials the authority alone. Keys, certificates and the account lie in a
// directory of its own, from which a start without a network takes the last good ones.
//
// The daemon calls it, and says what it may use.
package acme

// Package mikrotik writes firewall rules for FTP as commands of MikroTik's RouterOS 7,
// and reads its own texts back.
//
// RouterOS is Linux inside: it follows connections, and has the kernel's helper for FTP,
// which is a service port there. Rules are for a router, in its forward chain; addresses
// are translated in the nat menu. There is no checker outside of a router, so [Parse] is
// the proof: it knows the meaning of what it reads (the first rule that fits decides,
// what no rule fits is accepted, a connection type needs its helper), and is strict
// about the rest.
package mikrotik

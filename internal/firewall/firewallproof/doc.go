// Package firewallproof proves the rules of a dialect on a real kernel: a text is put
// in force on a host of namespaces, between or on a client and a server, and then
// packets tell whether it lets through what its plan does, and nothing else.
//
// Prove does three things, in each family of the plan. It sends the plan's probes,
// and a SYN to each port of both ends, from raw sockets, and looks at the other end's
// raw sockets what has come through. It speaks FTP over real connections: the control
// connection, PORT and PASV (EPRT and EPSV in IPv6) that a helper can read and address
// translation changes, data connections of each mode with bytes both ways; where a
// helper watches, also the mode that is not wanted. And it sends ICMP errors about
// connections that there are, and that there are not.
//
// That something does not come is never told by waiting: all packets go the same way
// through one processor, and a last packet that must come closes each batch.
//
// It is for the tests of dialects only, and works on Linux, where worlds can be made
// (internal/nsnet).
package firewallproof

// Package cisco writes firewall rules for FTP as extended access lists of Cisco IOS
// and IOS XE, and reads its own texts back.
//
// Such a list looks at each packet alone, and is bound inbound on an interface: the one
// for packets toward the server at the clients' side, the other at the server's side.
// There is no checker outside of a router, so [Parse] is the proof: it knows the
// meaning of what it reads (the first rule that fits decides, "established" is ACK or
// RST, what no rule fits is denied), and is strict about the rest.
package cisco

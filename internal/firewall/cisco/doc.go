// Package cisco writes firewall rules for FTP as extended access lists of Cisco IOS and
// IOS XE, for IPv4 and IPv6, and reads its own texts back.
//
// Such a list looks at each packet alone. One list is for packets toward the server and
// is bound inbound on the interface at the clients' side, the other for packets toward
// the clients, inbound on the interface at the server's side. There is no checker
// outside of a router, so [Parse] is the proof: it knows the meaning of what it reads
// (the first entry that fits decides, "established" is ACK or RST, a list ends with a
// deny that is not written, and one of IPv6 with two permits before it), and is strict
// about the rest.
package cisco

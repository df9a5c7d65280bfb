// Package comware writes firewall rules for FTP as advanced access lists of H3C and
// HPE Comware 7 switches, and reads its own texts back.
//
// Such a list looks at each packet alone. One list is for packets toward the server
// and is bound inbound on the interface at the clients' side, the other for packets
// toward the clients, inbound on the interface at the server's side. There is no
// checker outside of a switch, so [Parse] is the proof: it knows the meaning of what
// it reads (the first rule that fits decides, "established" is ACK or RST, and what no
// rule fits is permitted), and is strict about the rest.
package comware

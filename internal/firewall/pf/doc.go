// Package pf writes firewall rules for FTP as pf.conf of OpenBSD and FreeBSD, and reads
// its own texts back.
//
// The rules are in what both systems share. Translations of addresses are not: they are
// written as OpenBSD has them since 4.7 (match with rdr-to and nat-to), and a note says
// so. pf lets answers and errors through by itself where a rule keeps state. On a router
// a packet meets the rules twice, where it comes in and where it goes out; it is judged
// where it comes in.
//
// There is no checker outside of these systems, so [Parse] is the proof: it knows the
// meaning of what it reads (the last rule that fits decides, unless one that is quick
// fits before; what no rule fits passes), and is strict about the rest. A text says in a
// comment where it stands ("# at server: ..."), as in and out mean another thing on each
// host.
package pf

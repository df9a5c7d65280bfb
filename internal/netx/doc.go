// Package netx makes TCP connections for the rest of the program: listening and
// dialling are a value, Network, that is handed in, so that every protocol test
// can run without a socket.
//
// System is the operating system's network. Mem is a network in memory: hosts
// with addresses, ports, refusals, black holes and privileges, whose waiting is
// durable under testing/synctest. One test suite runs on both.
//
// Beside them stand the few socket matters that FTP needs: urgent data in line,
// reset instead of close, the test whether a source port may be bound, and a
// classification of why a connection failed. The package knows no FTP and no
// TLS; the data transfer process, server, client and gateway call it.
package netx

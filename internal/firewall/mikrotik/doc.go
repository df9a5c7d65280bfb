// Package mikrotik writes firewall rules for FTP as commands of RouterOS 7, and reads
// its own texts back.
//
// The router follows connections; with the helper ("service-port ftp") it also reads
// the control connection, and connection-type=ftp are the data connections that it
// expects. There is no checker outside of a router, so [Parse] is the proof: the
// first rule that fits decides, what no rule fits is accepted, and a property that is
// not known is an error.
package mikrotik

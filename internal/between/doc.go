// Package between copies files and trees from one FTP server to another, or from one
// place of a server to another: directly, which the servers have to allow
// (ftpclient.ThirdParty), or through this machine, a stream of bytes that is never a
// file here and never whole in memory. What begins directly and is refused goes
// through this machine, and the rest of the files with it; that is told once.
//
// A copy that fails for now goes on where it ended. Nothing is copied in clear
// between servers that are spoken to under TLS. Names come from a server: one that
// leads out of its directory is none, and links are left out.
//
// It parses no URL and prints nothing; package cli does.
package between

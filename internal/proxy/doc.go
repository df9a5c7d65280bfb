// Package proxy connects a client of FTP to a server through a proxy: SOCKS version
// 5 (RFC 1928, RFC 1929) and HTTP CONNECT (RFC 9110 §9.3.6), which carry any
// connection, and an FTP proxy, which is told the server at the login. It reads
// the URLs of proxies, and which one the environment names.
//
// What a proxy sends is read up to a limit and within the time of a context, and
// not a byte further than its own: what follows is the server's. What a proxy
// refuses is an *Error, which names it without its password. The package speaks no
// FTP but to log in at a proxy; the command line calls it, and hands Dialer.Dial to
// the client.
package proxy

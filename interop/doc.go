// Package interop proves the server with real clients: its tests run curl, lftp,
// tnftp, inetutils-ftp, ncftp, wget and Python's ftplib against the built program,
// each with every way of data connection that it knows, over IPv4 and IPv6, up and
// down, with files of several sizes and names, and compare what arrives byte by
// byte. The same matrix runs against vsftpd, as a control of the matrix itself.
//
// A second matrix is of those that speak TLS, and of openssl s_client, Go, Java and
// JavaScript libraries: explicit and implicit, TLS 1.2 and 1.3, with and without
// resumed data connections, many uploads in one session. Where a client cannot do
// something, the table says why, and the test wants it to fail just so.
//
// The client library is taken through the real servers in the same way.
//
// It holds no code but its tests; make interop shows their table.
package interop

// Package interop proves the server with real clients: its tests run curl, lftp,
// tnftp, inetutils-ftp, ncftp, wget and Python's ftplib against the built program,
// each with every way of data connection that it knows, over IPv4 and IPv6, up and
// down, with files of several sizes and names, and compare what arrives byte by
// byte. The same matrix runs against vsftpd, as a control of the matrix itself.
//
// It holds no code but its tests; make interop shows their table.
package interop

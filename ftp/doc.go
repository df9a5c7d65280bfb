// Package ftp holds the nouns of the File Transfer Protocol as values, and
// their text on the control connection: verbs and commands, reply codes and
// replies, host-port arguments, facts, types and modes.
//
// It is pure: text to value and value to text, no connection, no file, no
// clock. Server, client and gateway share it. The documents are RFC 959 (FTP),
// RFC 1123 §4.1 (requirements), RFC 2389 (FEAT, OPTS), RFC 2428 (EPRT, EPSV),
// RFC 2640 (names in UTF-8), RFC 3659 (MDTM, SIZE, REST STREAM, MLST, MLSD) and
// RFC 4217 (TLS).
package ftp

//go:generate go test -run TestCausesDocument -update .

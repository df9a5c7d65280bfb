// Package certs holds what a TLS server shows of itself and what it agrees to:
// key pairs from PEM files or self-signed, chosen per client and loaded again when
// their files change, the certificate authorities for clients, and the suites and
// versions that the options of vsftpd.conf(5) stand for.
//
// A Source fills tls.Config.GetCertificate. A new pair takes the place of the old
// one only when it is whole: a file that is half written, a key that does not fit
// yet, or a certificate that has ended leave the old pair in use.
//
// The package makes no connection, knows no FTP, no file of configuration and no
// log: mistakes are errors and warnings in words that name the file and the
// remedy. The daemon and the command line call it.
package certs

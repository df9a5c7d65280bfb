package certs

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"strings"
)

// The parts of a certificate that can name a user (ssl_cert_user).
const (
	UserByCommonName = "cn"
	UserByEmail      = "email"
	UserByMailbox    = "mailbox" // an e-mail address up to the @
	UserByDNS        = "dns"
)

// UserOf is the name of the user to whom a client's certificate belongs; how says
// which part of it that is. It is false where no certificate was verified, and where
// the certificate has no such part or several of them that differ: which of them
// counts would be anybody's guess.
func UserOf(state *tls.ConnectionState, how string) (name string, ok bool) {
	if state == nil || len(state.VerifiedChains) == 0 || len(state.PeerCertificates) == 0 {
		return "", false
	}
	var found []string
	switch leaf := state.PeerCertificates[0]; how {
	case UserByCommonName:
		found = commonNames(leaf)
	case UserByEmail:
		found = leaf.EmailAddresses
	case UserByMailbox:
		for _, address := range leaf.EmailAddresses {
			mailbox, _, _ := strings.Cut(address, "@")
			found = append(found, mailbox)
		}
	case UserByDNS:
		found = leaf.DNSNames
	}
	for _, other := range found {
		if other != found[0] {
			return "", false
		}
	}
	if len(found) == 0 || found[0] == "" {
		return "", false
	}
	return found[0], true
}

// commonNames are all common names of the subject; package pkix tells the last.
func commonNames(leaf *x509.Certificate) []string {
	var names []string
	for _, part := range leaf.Subject.Names {
		if part.Type.Equal(commonName) {
			text, _ := part.Value.(string) // else it is no text, and names nobody
			names = append(names, text)
		}
	}
	return names
}

// commonName is the identifier of commonName (RFC 5280).
var commonName = asn1.ObjectIdentifier{2, 5, 4, 3}

package certs

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
)

func TestUserOf(t *testing.T) {
	names := func(cn ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.Subject, c.DNSNames = pkix.Name{}, nil
			for _, name := range cn {
				c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: commonName, Value: name})
			}
		}
	}
	mail := func(addresses ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.EmailAddresses = addresses }
	}
	for _, tt := range []struct {
		what   string
		how    string
		change func(*x509.Certificate)
		want   string // "" is nobody
	}{
		{"common name", UserByCommonName, nil, "anna"},
		{"no common name", UserByCommonName, names(), ""},
		{"an empty common name", UserByCommonName, names(""), ""},
		{"two common names", UserByCommonName, names("anna", "root"), ""},
		{"the same one twice", UserByCommonName, names("anna", "anna"), "anna"},
		{"dns", UserByDNS, nil, "anna"},
		{"no dns", UserByDNS, names("anna"), ""},
		{"two dns", UserByDNS, func(c *x509.Certificate) { c.DNSNames = []string{"a.example", "b.example"} }, ""},
		{"email", UserByEmail, mail("anna@example.com"), "anna@example.com"},
		{"no email", UserByEmail, nil, ""},
		{"two emails", UserByEmail, mail("anna@example.com", "anna@example.org"), ""},
		{"mailbox", UserByMailbox, mail("anna@example.com"), "anna"},
		{"one mailbox of two addresses", UserByMailbox, mail("anna@example.com", "anna@example.org"), "anna"},
		{"two mailboxes", UserByMailbox, mail("anna@example.com", "bob@example.com"), ""},
		{"an unknown part", "upn", nil, ""},
	} {
		leaf := sign(t, "anna", ecKey(t, elliptic.P256()), nil, tt.change).cert
		state := &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}
		if name, ok := UserOf(state, tt.how); ok {
			t.Errorf("%s, not verified: %q", tt.what, name)
		}
		state.VerifiedChains = [][]*x509.Certificate{{leaf}}
		if name, ok := UserOf(state, tt.how); name != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.what, name, ok)
		}
	}
	if _, ok := UserOf(nil, UserByCommonName); ok {
		t.Error("somebody in clear")
	}
}

package config

import (
	"fmt"
	"slices"
	"strings"
)

// CertUserFields are the values of ssl_cert_user.
var CertUserFields = []string{"cn", "email", "mailbox", "dns"}

// validateTLS finds options about certificates without which others would be
// unsafe, or cannot be followed at all.
func (s *Settings) validateTLS(fail func(option, cause, message, hint string)) {
	if !s.SSLEnable {
		return
	}
	for _, o := range []struct {
		name string
		on   bool
	}{{"ssl_cert_login", s.SSLCertLogin}, {"ssl_cert_match", s.SSLCertMatch}} {
		if o.on && (!s.ValidateCert || s.CACertsFile == "") {
			fail(o.name, CauseTLSIncomplete, o.name+"=YES needs certificates of clients that are checked: a name in any other proves nothing",
				"set validate_cert=YES, and ca_certs_file to the certificates that sign those of clients")
		}
		if o.on && !slices.Contains(CertUserFields, s.SSLCertUser) {
			fail("ssl_cert_user", CauseTLSIncomplete, "ssl_cert_user="+escape(s.SSLCertUser, maxShown)+" names no part of a certificate",
				"write one of "+strings.Join(CertUserFields, ", "))
			break
		}
	}
	if s.ACMEDomains == "" {
		return
	}
	if !s.ACMEAgree {
		fail("acme_domains", CauseTLSIncomplete, "acme_domains needs acme_agree=YES: the authority wants its terms agreed to",
			"read the terms (Let's Encrypt: https://letsencrypt.org/repository/) and set acme_agree=YES")
	}
	if s.ACMEStorage == "" {
		fail("acme_storage", CauseTLSIncomplete, "acme_domains needs a directory to keep keys and certificates", "set acme_storage")
	}
	for _, p := range []struct {
		option string
		port   uint32
	}{{"acme_http_port", s.ACMEHTTPPort}, {"acme_tls_port", s.ACMETLSPort}} {
		if p.port > 65535 {
			fail(p.option, CauseTLSIncomplete, fmt.Sprintf("%s=%d is no port", p.option, p.port), "write a number from 0 to 65535")
		}
	}
	if s.ACMEHTTPPort == 0 && s.ACMETLSPort == 0 {
		fail("acme_http_port", CauseTLSIncomplete, "acme_http_port and acme_tls_port are both 0: the authority has no way to see that the host names are yours",
			"set one of them")
	}
}

package config

// tlsRules are the pairs of options about certificates that do not go together.
var tlsRules = []rule{
	withoutTLS("ssl_cert_login"),
	withoutTLS("ssl_cert_match"),
	withoutTLS("ssl_cert_pairs"),
	withoutTLS("ssl_alpn_strict"),
	withoutTLS("acme_domains"),
	withoutACME("acme_agree"),
	withoutACME("acme_email"),
	withoutACME("acme_directory"),
	withoutACME("acme_storage"),
	withoutACME("acme_ca_file"),
	withoutACME("acme_http_port"),
	withoutACME("acme_tls_port"),
	replacedByACME("rsa_cert_file"),
	replacedByACME("dsa_cert_file"),
	replacedByACME("ssl_cert_pairs"),
	{
		"ssl_cert_user", Note, CauseWithoutEffect,
		func(s *Settings) bool { return !s.SSLCertLogin && !s.SSLCertMatch },
		"ssl_cert_user has no effect without ssl_cert_login or ssl_cert_match", "set ssl_cert_login=YES",
	},
}

// withoutTLS is the rule of an option that is about TLS alone.
func withoutTLS(option string) rule {
	return rule{
		option, Warning, CauseWithoutEffect,
		func(s *Settings) bool { return !s.SSLEnable && isSet(option, s) },
		option + " has no effect without ssl_enable", "set ssl_enable=YES",
	}
}

// withoutACME is the rule of an option that is about orders of certificates.
func withoutACME(option string) rule {
	return rule{
		option, Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.ACMEDomains == "" },
		option + " has no effect without acme_domains", "set acme_domains=HOST",
	}
}

// replacedByACME is the rule of an option that names certificates in files.
func replacedByACME(option string) rule {
	return rule{
		option, Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.SSLEnable && s.ACMEDomains != "" && isSet(option, s) },
		option + " has no effect with acme_domains, whose certificates take its place", "remove one of the two",
	}
}

// isSet reports whether a switch is on, or a text is there.
func isSet(option string, s *Settings) bool {
	o, _ := Lookup(option)
	v := o.Value(s)
	return v != "" && v != "NO"
}

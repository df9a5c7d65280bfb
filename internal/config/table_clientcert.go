package config

// clientCertOptions is the part of the table about logins by certificate, and
// about what a client must know of the server before the handshake ends.
var clientCertOptions = []Option{
	{
		Name: "ssl_cert_login", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "let users in without a password whom their certificate names; needs validate_cert and ca_certs_file",
		ref: func(s *Settings) any { return &s.SSLCertLogin },
	},
	{
		Name: "ssl_cert_user", Kind: String, Default: "cn", Origin: "ferry",
		Doc: "what of a certificate is the name of the user: cn (common name), email, mailbox (the e-mail address up to the @) or dns; of each a certificate must have exactly one",
		ref: func(s *Settings) any { return &s.SSLCertUser },
	},
	{
		Name: "ssl_cert_match", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "refuse users whom their certificate does not name, with the right password too; needs validate_cert and ca_certs_file",
		ref: func(s *Settings) any { return &s.SSLCertMatch },
	},
	{
		Name: "ssl_cert_pairs", Kind: String, Default: "", Origin: "ferry",
		Doc: "more certificates, chosen by the host name that a client asks for: CERT,KEY;CERT,KEY, or CERT alone if it holds the key; the default of rsa_cert_file does not count then",
		ref: func(s *Settings) any { return &s.SSLCertPairs },
	},
	{
		Name: "ssl_alpn_strict", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "refuse TLS handshakes on the control connection that do not ask for the protocol ftp by ALPN; those that ask for others alone are refused anyway",
		ref: func(s *Settings) any { return &s.SSLALPNStrict },
	},
}

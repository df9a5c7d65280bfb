package config

// acmeOptions is the part of the table about certificates that are ordered from
// an authority such as Let's Encrypt.
var acmeOptions = []Option{
	{
		Name: "acme_domains", Kind: String, Default: "", Origin: "ferry",
		Doc: "order certificates for these host names, separated by commas, and renew them; they take the place of rsa_cert_file, dsa_cert_file and ssl_cert_pairs",
		ref: func(s *Settings) any { return &s.ACMEDomains },
	},
	{
		Name: "acme_agree", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "agree to the terms of the authority; acme_domains needs it",
		ref: func(s *Settings) any { return &s.ACMEAgree },
	},
	{
		Name: "acme_email", Kind: String, Default: "", Origin: "ferry",
		Doc: "address that the authority writes to",
		ref: func(s *Settings) any { return &s.ACMEEmail },
	},
	{
		Name: "acme_directory", Kind: String, Default: "", Origin: "ferry",
		Doc: "URL of the authority's directory; unset is Let's Encrypt",
		ref: func(s *Settings) any { return &s.ACMEDirectory },
	},
	{
		Name: "acme_storage", Kind: String, Default: "/var/lib/ferry/acme", Origin: "ferry",
		Doc: "directory that keeps the account, keys and certificates, also for a start while the authority is not to be reached",
		ref: func(s *Settings) any { return &s.ACMEStorage },
	},
	{
		Name: "acme_ca_file", Kind: String, Default: "", Origin: "ferry",
		Doc: "certificates that sign that of the authority's own web server, beside the system's",
		ref: func(s *Settings) any { return &s.ACMECAFile },
	},
	{
		Name: "acme_http_port", Kind: Number, Default: "80", Origin: "ferry",
		Doc: "port that listens while a certificate is ordered, for the authority's HTTP-01 challenge; 0 does without",
		ref: func(s *Settings) any { return &s.ACMEHTTPPort },
	},
	{
		Name: "acme_tls_port", Kind: Number, Default: "443", Origin: "ferry",
		Doc: "port that listens while a certificate is ordered, for the authority's TLS-ALPN-01 challenge; 0 does without",
		ref: func(s *Settings) any { return &s.ACMETLSPort },
	},
}

package config

// tlsOptions is the part of the table about
// encryption of control and data connections.
var tlsOptions = []Option{
	{
		Name: "ssl_enable", Kind: Bool, Default: "NO",
		Doc: "offer TLS",
		ref: func(s *Settings) any { return &s.SSLEnable },
	},
	{
		Name: "implicit_ssl", Kind: Bool, Default: "NO",
		Doc: "begin TLS with the first byte of the connection",
		ref: func(s *Settings) any { return &s.ImplicitSSL },
	},
	{
		Name: "allow_anon_ssl", Kind: Bool, Default: "NO",
		Doc: "let anonymous sessions use TLS",
		ref: func(s *Settings) any { return &s.AllowAnonSSL },
	},
	{
		Name: "force_anon_logins_ssl", Kind: Bool, Default: "NO",
		Doc: "anonymous users must use TLS to log in",
		ref: func(s *Settings) any { return &s.ForceAnonLoginsSSL },
	},
	{
		Name: "force_anon_data_ssl", Kind: Bool, Default: "NO",
		Doc: "anonymous data connections must use TLS",
		ref: func(s *Settings) any { return &s.ForceAnonDataSSL },
	},
	{
		Name: "force_local_logins_ssl", Kind: Bool, Default: "YES",
		Doc: "users must use TLS to log in",
		ref: func(s *Settings) any { return &s.ForceLocalLoginsSSL },
	},
	{
		Name: "force_local_data_ssl", Kind: Bool, Default: "YES",
		Doc: "users' data connections must use TLS",
		ref: func(s *Settings) any { return &s.ForceLocalDataSSL },
	},
	{
		Name: "require_ssl_reuse", Kind: Bool, Default: "YES",
		Doc: "TLS data connections must resume a session",
		ref: func(s *Settings) any { return &s.RequireSSLReuse },
	},
	{
		Name: "require_cert", Kind: Bool, Default: "NO",
		Doc: "clients must send a certificate",
		ref: func(s *Settings) any { return &s.RequireCert },
	},
	{
		Name: "validate_cert", Kind: Bool, Default: "NO",
		Doc: "certificates of clients must be signed by ca_certs_file",
		ref: func(s *Settings) any { return &s.ValidateCert },
	},
	{
		Name: "ssl_request_cert", Kind: Bool, Default: "YES",
		Support: NoEffect, Honoured: "NO",
		Why: "a certificate is asked for where require_cert or validate_cert makes use of it; asking for no use delays the session tickets that data connections need",
		Doc: "ask clients for a certificate",
		ref: func(s *Settings) any { return &s.SSLRequestCert },
	},
	{
		Name: "ssl_sslv2", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "it is never offered: the protocol is broken",
		Doc: "allow SSL 2",
		ref: func(s *Settings) any { return &s.SSLSSLv2 },
	},
	{
		Name: "ssl_sslv3", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "it is never offered: the protocol is broken",
		Doc: "allow SSL 3",
		ref: func(s *Settings) any { return &s.SSLSSLv3 },
	},
	{
		Name: "ssl_tlsv1", Kind: Bool, Default: "NO",
		Doc: "vsftpd's old switch for TLS: alone, with ssl_tlsv12 and ssl_tlsv13 off, it means TLS 1.2 and 1.3; TLS 1.0 itself is never offered",
		ref: func(s *Settings) any { return &s.SSLTLSv1 },
	},
	{
		Name: "ssl_tlsv11", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "it is never offered: TLS 1.2 and 1.3 alone are safe",
		Doc: "allow TLS 1.1",
		ref: func(s *Settings) any { return &s.SSLTLSv11 },
	},
	{
		Name: "ssl_tlsv12", Kind: Bool, Default: "YES",
		Doc: "allow TLS 1.2",
		ref: func(s *Settings) any { return &s.SSLTLSv12 },
	},
	{
		Name: "ssl_tlsv13", Kind: Bool, Default: "YES",
		Doc: "allow TLS 1.3",
		ref: func(s *Settings) any { return &s.SSLTLSv13 },
	},
	{
		Name: "ssl_tlsv1_1", Kind: Bool, Default: "NO", AliasOf: "ssl_tlsv11",
		Support: NoEffect, Honoured: "NO",
		Why: "it is never offered: TLS 1.2 and 1.3 alone are safe",
		Doc: "other spelling of ssl_tlsv11, which vsftpd's manual page uses and its parser refuses",
		ref: func(s *Settings) any { return &s.SSLTLSv11 },
	},
	{
		Name: "ssl_tlsv1_2", Kind: Bool, Default: "YES", AliasOf: "ssl_tlsv12",
		Doc: "other spelling of ssl_tlsv12, which vsftpd's manual page uses and its parser refuses",
		ref: func(s *Settings) any { return &s.SSLTLSv12 },
	},
	{
		Name: "ssl_tlsv1_3", Kind: Bool, Default: "YES", AliasOf: "ssl_tlsv13",
		Doc: "other spelling of ssl_tlsv13, which vsftpd's manual page uses and its parser refuses",
		ref: func(s *Settings) any { return &s.SSLTLSv13 },
	},
	{
		Name: "ssl_ciphers", Kind: String, Default: "ECDHE-RSA-AES256-GCM-SHA384",
		Doc: "cipher suites in the notation of OpenSSL",
		ref: func(s *Settings) any { return &s.SSLCiphers },
	},
	{
		Name: "ssl_sni_hostname", Kind: String, Default: "",
		Doc: "refuse TLS handshakes that ask for another host name; several names are separated by commas",
		ref: func(s *Settings) any { return &s.SSLSNIHostname },
	},
	{
		Name: "rsa_cert_file", Kind: String, Default: "/usr/share/ssl/certs/vsftpd.pem",
		Doc: "RSA certificate",
		ref: func(s *Settings) any { return &s.RSACertFile },
	},
	{
		Name: "rsa_private_key_file", Kind: String, Default: "",
		Doc: "RSA key; unset means that rsa_cert_file holds it",
		ref: func(s *Settings) any { return &s.RSAPrivateKeyFile },
	},
	{
		Name: "dsa_cert_file", Kind: String, Default: "",
		Doc: "another certificate, ECDSA or Ed25519; DSA itself is left out, as no client takes it any more",
		ref: func(s *Settings) any { return &s.DSACertFile },
	},
	{
		Name: "dsa_private_key_file", Kind: String, Default: "",
		Doc: "DSA key; unset means that dsa_cert_file holds it",
		ref: func(s *Settings) any { return &s.DSAPrivateKeyFile },
	},
	{
		Name: "ca_certs_file", Kind: String, Default: "",
		Doc: "certificates that sign those of clients",
		ref: func(s *Settings) any { return &s.CACertsFile },
	},
	{
		Name: "strict_ssl_read_eof", Kind: Bool, Default: "YES",
		Doc: "an upload must end with the close_notify of TLS (the manual page says NO)",
		ref: func(s *Settings) any { return &s.StrictSSLReadEOF },
	},
	{
		Name: "strict_ssl_write_shutdown", Kind: Bool, Default: "NO",
		Doc: "a download must end with the client's close_notify",
		ref: func(s *Settings) any { return &s.StrictSSLWriteShutdown },
	},
	{
		Name: "debug_ssl", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "--log-level debug shows the details of TLS",
		Doc: "log TLS handshakes",
		ref: func(s *Settings) any { return &s.DebugSSL },
	},
	{
		Name: "implicit_ssl_port", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "port of implicit TLS beside listen_port, at the same address; 0 is none",
		ref: func(s *Settings) any { return &s.ImplicitSSLPort },
	},
	{
		Name: "ccc_enable", Kind: Bool, Default: "NO", Origin: "ferry",
		Doc: "let clients take TLS off the control connection after login (CCC), so that firewalls can read PORT and PASV",
		ref: func(s *Settings) any { return &s.CCCEnable },
	},
}

package config

// limitOptions is the part of the table about
// limits that vsftpd does not have, and the charsets of clients.
var limitOptions = []Option{
	{
		Name: "user_max_rate", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "bytes per second of all transfers of one user together, both directions, 0 for no limit; does not hold for anonymous users",
		ref: func(s *Settings) any { return &s.UserMaxRate },
	},
	{
		Name: "total_max_rate", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "bytes per second of all transfers of the server together, both directions, 0 for no limit",
		ref: func(s *Settings) any { return &s.TotalMaxRate },
	},
	{
		Name: "max_per_user", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "sessions of one user at one time, 0 for no limit; does not hold for anonymous users",
		ref: func(s *Settings) any { return &s.MaxPerUser },
	},
	{
		Name: "lockout_per_ip", Kind: Number, Default: "30", Origin: "ferry",
		Doc: "failed logins within lockout_window until the client's address (of IPv6 its /64) is locked for lockout_time, 0 for never",
		ref: func(s *Settings) any { return &s.LockoutPerIP },
	},
	{
		Name: "lockout_per_user", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "failed logins within lockout_window until a user name is locked for lockout_time, 0 for never; lets others lock a user out",
		ref: func(s *Settings) any { return &s.LockoutPerUser },
	},
	{
		Name: "lockout_window", Kind: Number, Default: "300", Origin: "ferry",
		Doc: "seconds after which failed logins are forgotten",
		ref: func(s *Settings) any { return &s.LockoutWindow },
	},
	{
		Name: "lockout_time", Kind: Number, Default: "600", Origin: "ferry",
		Doc: "seconds that an address or a user name stays locked",
		ref: func(s *Settings) any { return &s.LockoutTime },
	},
	{
		Name: "connect_rate_per_ip", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "control connections per second from one address (of IPv6 its /64), 0 for no limit",
		ref: func(s *Settings) any { return &s.ConnectRatePerIP },
	},
	{
		Name: "connect_burst_per_ip", Kind: Number, Default: "20", Origin: "ferry",
		Doc: "control connections that may come at once before connect_rate_per_ip holds",
		ref: func(s *Settings) any { return &s.ConnectBurstPerIP },
	},
	{
		Name: "tls_handshake_timeout", Kind: Number, Default: "30", Origin: "ferry",
		Doc: "seconds that TLS may take to be agreed on with a control connection, 0 for no limit",
		ref: func(s *Settings) any { return &s.TLSHandshakeTimeout },
	},
	{
		Name: "login_timeout", Kind: Number, Default: "120", Origin: "ferry",
		Doc: "seconds from the connection to the login, whatever comes in between, 0 for no limit",
		ref: func(s *Settings) any { return &s.LoginTimeout },
	},
	{
		Name: "session_timeout", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "seconds that a session may last, 0 for no limit; a transfer that runs then may end",
		ref: func(s *Settings) any { return &s.SessionTimeout },
	},
	{
		Name: "transfer_timeout", Kind: Number, Default: "0", Origin: "ferry",
		Doc: "seconds that a transfer may last, 0 for no limit",
		ref: func(s *Settings) any { return &s.TransferTimeout },
	},
	{
		Name: "client_charset", Kind: String, Default: "", Origin: "ferry",
		Doc: "charset in which clients write names that lie in UTF-8, until they say OPTS UTF8 ON; unset, like UTF-8, leaves names as they are",
		ref: func(s *Settings) any { return &s.ClientCharset },
	},
	{
		Name: "client_charset_listeners", Kind: String, Default: "", Origin: "ferry",
		Doc: "client_charset for clients of a port: PORT=CHARSET, comma-separated",
		ref: func(s *Settings) any { return &s.ClientCharsetListeners },
	},
	{
		Name: "client_charset_networks", Kind: String, Default: "", Origin: "ferry",
		Doc: "client_charset for clients of a network: NETWORK/BITS=CHARSET, comma-separated; wins over the other two, and the longest network over shorter ones",
		ref: func(s *Settings) any { return &s.ClientCharsetNetworks },
	},
}

package config

// dataOptions is the part of the table about
// active and passive data connections, their time limits and rates.
var dataOptions = []Option{
	{
		Name: "pasv_enable", Kind: Bool, Default: "YES",
		Doc: "allow PASV and EPSV",
		ref: func(s *Settings) any { return &s.PasvEnable },
	},
	{
		Name: "pasv_min_port", Kind: Number, Default: "5001",
		Doc: "lowest passive port; up to 1024 means 1024 (the manual page says the default is 0)",
		ref: func(s *Settings) any { return &s.PasvMinPort },
	},
	{
		Name: "pasv_max_port", Kind: Number, Default: "0",
		Doc: "highest passive port; 0 means 65535",
		ref: func(s *Settings) any { return &s.PasvMaxPort },
	},
	{
		Name: "pasv_address", Kind: String, Default: "",
		Doc: "IPv4 address that the reply to PASV advertises; unset means the address that the client dialled",
		ref: func(s *Settings) any { return &s.PasvAddress },
	},
	{
		Name: "pasv_addr_resolve", Kind: Bool, Default: "NO",
		Doc: "pasv_address is a host name and is looked up",
		ref: func(s *Settings) any { return &s.PasvAddrResolve },
	},
	{
		Name: "pasv_promiscuous", Kind: Bool, Default: "NO",
		Doc: "accept passive data connections from other addresses than the client's (opens the way to stolen transfers)",
		ref: func(s *Settings) any { return &s.PasvPromiscuous },
	},
	{
		Name: "pasv_turn_timeout", Kind: Number, Default: "2", Origin: "ferry",
		Doc: "seconds that PASV waits for its turn when every passive port already waits for a connection from the same client address, then the reply is 425",
		ref: func(s *Settings) any { return &s.PasvTurnTimeout },
	},
	{
		Name: "pasv_bad_peer_timeout", Kind: Number, Default: "3", Origin: "ferry",
		Doc: "seconds after the first connection from a wrong address, once the transfer command came, until the reply 425 Security: Bad IP connecting.",
		ref: func(s *Settings) any { return &s.PasvBadPeerTimeout },
	},
	{
		Name: "port_enable", Kind: Bool, Default: "YES",
		Doc: "allow PORT and EPRT",
		ref: func(s *Settings) any { return &s.PortEnable },
	},
	{
		Name: "port_promiscuous", Kind: Bool, Default: "NO",
		Doc: "let PORT and EPRT name any address and port (opens the way to bounce attacks, RFC 2577)",
		ref: func(s *Settings) any { return &s.PortPromiscuous },
	},
	{
		Name: "connect_from_port_20", Kind: Bool, Default: "NO",
		Doc: "open active data connections from the port ftp_data_port",
		ref: func(s *Settings) any { return &s.ConnectFromPort20 },
	},
	{
		Name: "ftp_data_port", Kind: Number, Default: "20",
		Doc: "source port of active data connections when connect_from_port_20 is set",
		ref: func(s *Settings) any { return &s.FTPDataPort },
	},
	{
		Name: "accept_timeout", Kind: Number, Default: "60",
		Doc: "seconds to wait for the client to connect to the passive port, 0 for no limit",
		ref: func(s *Settings) any { return &s.AcceptTimeout },
	},
	{
		Name: "connect_timeout", Kind: Number, Default: "60",
		Doc: "seconds to wait for the client to accept an active data connection, 0 for no limit",
		ref: func(s *Settings) any { return &s.ConnectTimeout },
	},
	{
		Name: "data_connection_timeout", Kind: Number, Default: "300",
		Doc: "seconds without a moved byte until a transfer is given up, 0 for no limit",
		ref: func(s *Settings) any { return &s.DataConnectionTimeout },
	},
	{
		Name: "anon_max_rate", Kind: Number, Default: "0",
		Doc: "bytes per second for an anonymous session, 0 for no limit",
		ref: func(s *Settings) any { return &s.AnonMaxRate },
	},
	{
		Name: "local_max_rate", Kind: Number, Default: "0",
		Doc: "bytes per second for the session of a user, 0 for no limit",
		ref: func(s *Settings) any { return &s.LocalMaxRate },
	},
	{
		Name: "trans_chunk_size", Kind: Number, Default: "0",
		Doc: "bytes moved at a time, 0 to let the server choose; smaller pieces make a rate limit smoother",
		ref: func(s *Settings) any { return &s.TransChunkSize },
	},
	{
		Name: "use_sendfile", Kind: Bool, Default: "YES",
		Doc: "let the system move bytes from file to connection where that is faster; a file of up to 8 KiB goes before its 150 then, which comes together with the 226",
		ref: func(s *Settings) any { return &s.UseSendfile },
	},
	{
		Name: "ascii_download_enable", Kind: Bool, Default: "NO",
		Doc: "convert line ends of downloads in TYPE A",
		ref: func(s *Settings) any { return &s.ASCIIDownloadEnable },
	},
	{
		Name: "ascii_upload_enable", Kind: Bool, Default: "NO",
		Doc: "convert line ends of uploads in TYPE A",
		ref: func(s *Settings) any { return &s.ASCIIUploadEnable },
	},
}

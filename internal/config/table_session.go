package config

// sessionOptions is the part of the table about
// what a client sees and may send.
var sessionOptions = []Option{
	{
		Name: "ftpd_banner", Kind: String, Default: "",
		Doc: "text of the greeting",
		ref: func(s *Settings) any { return &s.FTPDBanner },
	},
	{
		Name: "banner_file", Kind: String, Default: "",
		Doc: "file with the greeting; takes the place of ftpd_banner",
		ref: func(s *Settings) any { return &s.BannerFile },
	},
	{
		Name: "dirmessage_enable", Kind: Bool, Default: "NO",
		Doc: "send message_file of a directory when it is first entered",
		ref: func(s *Settings) any { return &s.DirmessageEnable },
	},
	{
		Name: "message_file", Kind: String, Default: ".message",
		Doc: "name of the message in each directory",
		ref: func(s *Settings) any { return &s.MessageFile },
	},
	{
		Name: "idle_session_timeout", Kind: Number, Default: "300",
		Doc: "seconds without a command until a session ends, 0 for no limit",
		ref: func(s *Settings) any { return &s.IdleSessionTimeout },
	},
	{
		Name: "cmds_allowed", Kind: String, Default: "",
		Doc: "the only commands allowed after login, comma-separated",
		ref: func(s *Settings) any { return &s.CmdsAllowed },
	},
	{
		Name: "cmds_denied", Kind: String, Default: "",
		Doc: "commands refused after login, comma-separated; wins over cmds_allowed",
		ref: func(s *Settings) any { return &s.CmdsDenied },
	},
	{
		Name: "async_abor_enable", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "YES",
		Why: "ABOR during a transfer always works",
		Doc: "accept ABOR as urgent data",
		ref: func(s *Settings) any { return &s.AsyncAborEnable },
	},
}

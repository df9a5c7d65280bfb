package config

// logOptions is the part of the table about
// what is logged where.
var logOptions = []Option{
	{
		Name: "xferlog_enable", Kind: Bool, Default: "NO",
		Doc: "log logins, uploads and downloads",
		ref: func(s *Settings) any { return &s.XferlogEnable },
	},
	{
		Name: "xferlog_std_format", Kind: Bool, Default: "NO",
		Doc: "write xferlog_file in the format of wu-ftpd instead of vsftpd_log_file",
		ref: func(s *Settings) any { return &s.XferlogStdFormat },
	},
	{
		Name: "xferlog_file", Kind: String, Default: "/var/log/xferlog",
		Doc: "log in the format of wu-ftpd",
		ref: func(s *Settings) any { return &s.XferlogFile },
	},
	{
		Name: "vsftpd_log_file", Kind: String, Default: "/var/log/vsftpd.log",
		Doc: "log in vsftpd's own format",
		ref: func(s *Settings) any { return &s.VsftpdLogFile },
	},
	{
		Name: "dual_log_enable", Kind: Bool, Default: "NO",
		Doc: "write both logs",
		ref: func(s *Settings) any { return &s.DualLogEnable },
	},
	{
		Name: "syslog_enable", Kind: Bool, Default: "NO",
		Doc: "send the lines of vsftpd_log_file to syslog instead",
		ref: func(s *Settings) any { return &s.SyslogEnable },
	},
	{
		Name: "log_ftp_protocol", Kind: Bool, Default: "NO",
		Doc: "log every command and reply; not together with xferlog_std_format",
		ref: func(s *Settings) any { return &s.LogFTPProtocol },
	},
	{
		Name: "no_log_lock", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "YES",
		Why: "log files are never locked",
		Doc: "do not lock log files",
		ref: func(s *Settings) any { return &s.NoLogLock },
	},
}

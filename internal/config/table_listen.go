package config

// listenOptions is the part of the table about
// the listening socket, the limits on sessions and the process itself.
var listenOptions = []Option{
	{
		Name: "listen", Kind: Bool, Default: "NO",
		Doc: "listen on IPv4 by itself instead of being started by inetd for each connection (upstream default YES; Debian's NO)",
		ref: func(s *Settings) any { return &s.Listen },
	},
	{
		Name: "listen_ipv6", Kind: Bool, Default: "NO",
		Doc: "listen on IPv6 by itself, IPv4 clients included; not together with listen",
		ref: func(s *Settings) any { return &s.ListenIPv6 },
	},
	{
		Name: "listen_address", Kind: String, Default: "",
		Doc: "numeric IPv4 address to listen on; unset means every address",
		ref: func(s *Settings) any { return &s.ListenAddress },
	},
	{
		Name: "listen_address6", Kind: String, Default: "",
		Doc: "numeric IPv6 address to listen on; unset means every address",
		ref: func(s *Settings) any { return &s.ListenAddress6 },
	},
	{
		Name: "listen_port", Kind: Number, Default: "21",
		Doc: "port to listen on",
		ref: func(s *Settings) any { return &s.ListenPort },
	},
	{
		Name: "background", Kind: Bool, Default: "NO",
		Doc: "leave the foreground once the listening socket is open",
		ref: func(s *Settings) any { return &s.Background },
	},
	{
		Name: "max_clients", Kind: Number, Default: "2000",
		Doc: "most sessions at one time, 0 for no limit (the manual page says 0)",
		ref: func(s *Settings) any { return &s.MaxClients },
	},
	{
		Name: "max_per_ip", Kind: Number, Default: "50",
		Doc: "most sessions at one time from one client address, 0 for no limit (the manual page says 0)",
		ref: func(s *Settings) any { return &s.MaxPerIP },
	},
	{
		Name: "ftp_enable", Kind: Bool, Default: "YES",
		Doc: "speak FTP",
		ref: func(s *Settings) any { return &s.FTPEnable },
	},
	{
		Name: "http_enable", Kind: Bool, Default: "NO",
		Support: Refused, Honoured: "NO",
		Why: "ferry does not serve HTTP on the control port",
		Doc: "answer HTTP instead of FTP",
		ref: func(s *Settings) any { return &s.HTTPEnable },
	},
	{
		Name: "tcp_wrappers", Kind: Bool, Default: "NO",
		Support: Refused, Honoured: "NO",
		Why: "the files of TCP wrappers are not read, so clients that they refuse would be let in",
		Doc: "ask hosts.allow and hosts.deny whether a client may connect",
		ref: func(s *Settings) any { return &s.TCPWrappers },
	},
	{
		Name: "one_process_model", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "YES",
		Why: "ferry serves every session in one process",
		Doc: "serve a session with one process instead of a privileged and an unprivileged one",
		ref: func(s *Settings) any { return &s.OneProcessModel },
	},
	{
		Name: "run_as_launching_user", Kind: Bool, Default: "NO",
		Doc: "keep the user that started the server; NO: a server that root starts with a configuration file becomes ftp_username where anonymous users may log in, else nopriv_user",
		ref: func(s *Settings) any { return &s.RunAsLaunchingUser },
	},
	{
		Name: "nopriv_user", Kind: String, Default: "nobody",
		Doc: "system user that a server started by root becomes where anonymous users may not log in",
		ref: func(s *Settings) any { return &s.NoprivUser },
	},
	{
		Name: "secure_chroot_dir", Kind: String, Default: "/var/run/vsftpd/empty",
		Support: NoEffect,
		Why:     "pathnames are confined by their resolution, no directory is needed for it",
		Doc:     "empty directory that the unprivileged process confines itself to",
		ref:     func(s *Settings) any { return &s.SecureChrootDir },
	},
	{
		Name: "isolate", Kind: Bool, Default: "YES",
		Support: NoEffect, Honoured: "NO",
		Why: "sessions share one process; that it can neither signal others nor execute files is up to landlock_enable and the kernel, and holds whatever this says",
		Doc: "put sessions into process and IPC namespaces of their own",
		ref: func(s *Settings) any { return &s.Isolate },
	},
	{
		Name: "isolate_network", Kind: Bool, Default: "YES",
		Support: NoEffect, Honoured: "NO",
		Why: "the process that speaks to clients opens the data connections itself, and needs the network for that",
		Doc: "put the unprivileged process into a network namespace of its own",
		ref: func(s *Settings) any { return &s.IsolateNetwork },
	},
	{
		Name: "seccomp_sandbox", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "Landlock, the loss of all capabilities and no_new_privs take its place (landlock_enable): the system calls that Go needs differ from version to version, and a filter that lags behind would end sessions",
		Doc: "restrict the system calls of sessions (upstream default YES; Debian's NO)",
		ref: func(s *Settings) any { return &s.SeccompSandbox },
	},
	{
		Name: "ptrace_sandbox", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "Landlock, the loss of all capabilities and no_new_privs take its place (landlock_enable)",
		Doc: "restrict the system calls of sessions by ptrace",
		ref: func(s *Settings) any { return &s.PtraceSandbox },
	},
	{
		Name: "setproctitle_enable", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "NO",
		Why: "a session is no process of its own",
		Doc: "show the state of each session in the list of processes",
		ref: func(s *Settings) any { return &s.SetproctitleEnable },
	},
}

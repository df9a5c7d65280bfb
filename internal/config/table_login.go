package config

// loginOptions is the part of the table about
// anonymous, system and virtual users, and where they are confined.
var loginOptions = []Option{
	{
		Name: "anonymous_enable", Kind: Bool, Default: "YES",
		Doc: "accept the users ftp and anonymous (the manual page says NO)",
		ref: func(s *Settings) any { return &s.AnonymousEnable },
	},
	{
		Name: "anon_root", Kind: String, Default: "",
		Doc: "root directory of anonymous sessions; unset means the home of ftp_username",
		ref: func(s *Settings) any { return &s.AnonRoot },
	},
	{
		Name: "ftp_username", Kind: String, Default: "ftp",
		Doc: "system user whose home is the anonymous root when anon_root is unset, and that a server started by root becomes (see run_as_launching_user)",
		ref: func(s *Settings) any { return &s.FTPUsername },
	},
	{
		Name: "no_anon_password", Kind: Bool, Default: "NO",
		Doc: "log anonymous users in without asking for a password",
		ref: func(s *Settings) any { return &s.NoAnonPassword },
	},
	{
		Name: "deny_email_enable", Kind: Bool, Default: "NO",
		Doc: "refuse the anonymous passwords that banned_email_file lists",
		ref: func(s *Settings) any { return &s.DenyEmailEnable },
	},
	{
		Name: "banned_email_file", Kind: String, Default: "/etc/vsftpd.banned_emails",
		Doc: "list of refused anonymous passwords, one a line",
		ref: func(s *Settings) any { return &s.BannedEmailFile },
	},
	{
		Name: "secure_email_list_enable", Kind: Bool, Default: "NO",
		Doc: "accept only the anonymous passwords that email_password_file lists",
		ref: func(s *Settings) any { return &s.SecureEmailListEnable },
	},
	{
		Name: "email_password_file", Kind: String, Default: "/etc/vsftpd.email_passwords",
		Doc: "list of accepted anonymous passwords, one a line",
		ref: func(s *Settings) any { return &s.EmailPasswordFile },
	},
	{
		Name: "local_enable", Kind: Bool, Default: "NO",
		Doc: "accept system users, by PAM where the helper ferry-pam is installed and pam_service_name has rules, else by /etc/shadow; needs a start as root",
		ref: func(s *Settings) any { return &s.LocalEnable },
	},
	{
		Name: "local_root", Kind: String, Default: "",
		Doc: "directory where the sessions of users begin, their root if they are confined; unset means the home of the user",
		ref: func(s *Settings) any { return &s.LocalRoot },
	},
	{
		Name: "max_login_fails", Kind: Number, Default: "3",
		Doc: "failed logins until the session ends",
		ref: func(s *Settings) any { return &s.MaxLoginFails },
	},
	{
		Name: "delay_failed_login", Kind: Number, Default: "1",
		Doc: "seconds until the reply to a failed login",
		ref: func(s *Settings) any { return &s.DelayFailedLogin },
	},
	{
		Name: "delay_successful_login", Kind: Number, Default: "0",
		Doc: "seconds until the reply to a successful login",
		ref: func(s *Settings) any { return &s.DelaySuccessfulLogin },
	},
	{
		Name: "chroot_local_user", Kind: Bool, Default: "NO",
		Doc: "confine system users to their home; users of other kinds always are confined to their root",
		ref: func(s *Settings) any { return &s.ChrootLocalUser },
	},
	{
		Name: "chroot_list_enable", Kind: Bool, Default: "NO",
		Doc: "confine only the users of chroot_list_file, or all but them when chroot_local_user is set",
		ref: func(s *Settings) any { return &s.ChrootListEnable },
	},
	{
		Name: "chroot_list_file", Kind: String, Default: "/etc/vsftpd.chroot_list",
		Doc: "list for chroot_list_enable, one name a line",
		ref: func(s *Settings) any { return &s.ChrootListFile },
	},
	{
		Name: "passwd_chroot_enable", Kind: Bool, Default: "NO",
		Doc: "confine to the part before /./ of the home",
		ref: func(s *Settings) any { return &s.PasswdChrootEnable },
	},
	{
		Name: "allow_writeable_chroot", Kind: Bool, Default: "NO",
		Support: NoEffect, Honoured: "YES",
		Why: "a writable root is always allowed: confinement is by the resolution of pathnames, and nothing is run inside the root",
		Doc: "allow a root directory that the user can write",
		ref: func(s *Settings) any { return &s.AllowWriteableChroot },
	},
	{
		Name: "tilde_user_enable", Kind: Bool, Default: "NO",
		Doc: "understand ~user in pathnames: that user's home",
		ref: func(s *Settings) any { return &s.TildeUserEnable },
	},
	{
		Name: "check_shell", Kind: Bool, Default: "YES",
		Doc: "refuse system users whose shell /etc/shells does not list, with PAM too",
		ref: func(s *Settings) any { return &s.CheckShell },
	},
	{
		Name: "session_support", Kind: Bool, Default: "NO",
		Doc: "open a PAM session for each login of a system user",
		ref: func(s *Settings) any { return &s.SessionSupport },
	},
	{
		Name: "pam_service_name", Kind: String, Default: "vsftpd",
		Doc: "PAM service that checks passwords of system users (upstream default ftp)",
		ref: func(s *Settings) any { return &s.PAMServiceName },
	},
	{
		Name: "guest_enable", Kind: Bool, Default: "NO",
		Doc: "treat every system user, and whoever PAM lets in, as guest_username",
		ref: func(s *Settings) any { return &s.GuestEnable },
	},
	{
		Name: "guest_username", Kind: String, Default: "ftp",
		Doc: "system user as whom guests, virtual users and those of --user reach their files when ferry is started as root",
		ref: func(s *Settings) any { return &s.GuestUsername },
	},
	{
		Name: "virtual_use_local_privs", Kind: Bool, Default: "NO",
		Doc: "give guests the rights of users instead of those of anonymous sessions",
		ref: func(s *Settings) any { return &s.VirtualUseLocalPrivs },
	},
	{
		Name: "userlist_enable", Kind: Bool, Default: "NO",
		Doc: "look names up in userlist_file before asking for a password",
		ref: func(s *Settings) any { return &s.UserlistEnable },
	},
	{
		Name: "userlist_deny", Kind: Bool, Default: "YES",
		Doc: "userlist_file lists the refused names; NO: the only accepted ones",
		ref: func(s *Settings) any { return &s.UserlistDeny },
	},
	{
		Name: "userlist_file", Kind: String, Default: "/etc/vsftpd.user_list",
		Doc: "list for userlist_enable, one name a line; when it cannot be read nobody is let in",
		ref: func(s *Settings) any { return &s.UserlistFile },
	},
	{
		Name: "user_config_dir", Kind: String, Default: "",
		Doc: "directory with a file of settings for some users, named like them, read at login on top of the others",
		ref: func(s *Settings) any { return &s.UserConfigDir },
	},
	{
		Name: "user_sub_token", Kind: String, Default: "",
		Doc: "text that the name of the user replaces in homes and in local_root",
		ref: func(s *Settings) any { return &s.UserSubToken },
	},
	{
		Name: "virtual_users_file", Kind: String, Default: "", Origin: "ferry",
		Doc: "database of virtual users, which 'ferry user' keeps; each has a directory, permissions and limits of its own, and write_enable=NO keeps all of them from writing",
		ref: func(s *Settings) any { return &s.VirtualUsersFile },
	},
}

package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// reviewer looks at the settings as a whole for what vsftpd accepts without a
// word although it can hardly be meant.
type reviewer struct {
	config *Config
	set    *Settings
	found  Complaints
}

// review lists what is odd about settings that are each by itself well formed.
func review(c *Config) Complaints {
	r := &reviewer{config: c, set: &c.Settings}
	r.numbers()
	r.passiveRange()
	r.passiveAddress()
	r.listenAddresses()
	r.timeouts()
	r.commands("cmds_allowed", r.set.CmdsAllowed)
	r.commands("cmds_denied", r.set.CmdsDenied)
	r.paths()
	r.rules()
	r.limits()
	r.anonymous()
	return r.found
}

// add complains about the option name where it was assigned; one that was not
// assigned has no place.
func (r *reviewer) add(name string, s Severity, cause, message, hint string) {
	if a, ok := r.config.assignment(name); ok {
		r.found = append(r.found, a.complain(s, cause, message, hint))
		return
	}
	r.found = append(r.found, &Complaint{Severity: s, Message: message, Hint: hint, Cause: cause})
}

func (r *reviewer) assigned(name string) bool {
	_, ok := r.config.assignment(name)
	return ok
}

// paths warns of files whose place depends on the working directory.
func (r *reviewer) paths() {
	for _, name := range []string{
		"anon_root", "banned_email_file", "banner_file", "email_password_file",
		"vsftpd_log_file", "xferlog_file",
	} {
		a, ok := r.config.assignment(name)
		if !ok || a.Value == "" || quoted(a.Value) {
			continue
		}
		if !strings.HasPrefix(a.Value, "/") && !filepath.IsAbs(a.Value) {
			r.add(name, Warning, CausePathRelative,
				name+" depends on the directory that the server is started in",
				"write a path that begins with /")
		}
	}
}

// anonymous notes that vsftpd lets anonymous users in by default, against its
// manual page. Who sets an option of theirs knows.
func (r *reviewer) anonymous() {
	if r.assigned("anonymous_enable") || !r.set.AnonymousEnable {
		return
	}
	for _, a := range r.config.Assignments {
		if strings.HasPrefix(a.Option.Name, "anon_") {
			return
		}
	}
	r.add("anonymous_enable", Note, CauseAnonymousDefault,
		"anonymous users may log in: anonymous_enable is not set, and its default is YES",
		"set anonymous_enable=YES or anonymous_enable=NO")
}

// rule is a pair of options that do not go together.
type rule struct {
	option   string
	severity Severity
	cause    string
	// broken reports whether the settings are at odds. It is asked only if the
	// option was assigned.
	broken  func(s *Settings) bool
	message string
	hint    string
}

var rules = []rule{
	{
		"anon_upload_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.AnonUploadEnable && !s.WriteEnable },
		"anon_upload_enable has no effect without write_enable", "set write_enable=YES",
	},
	{
		"anon_mkdir_write_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.AnonMkdirWriteEnable && !s.WriteEnable },
		"anon_mkdir_write_enable has no effect without write_enable", "set write_enable=YES",
	},
	{
		"anon_other_write_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.AnonOtherWriteEnable && !s.WriteEnable },
		"anon_other_write_enable has no effect without write_enable", "set write_enable=YES",
	},
	{
		"chown_uploads", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.ChownUploads && (!s.AnonUploadEnable || !s.WriteEnable) },
		"chown_uploads has no effect while anonymous sessions cannot upload", "set write_enable=YES and anon_upload_enable=YES",
	},
	{
		"delete_failed_uploads", Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.AtomicUploads },
		"delete_failed_uploads has no effect with atomic_uploads, where nothing is left of a failed upload", "remove one of the two",
	},
	{
		"atomic_uploads", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.AtomicUploads && !s.WriteEnable },
		"atomic_uploads has no effect without write_enable", "set write_enable=YES",
	},
	{
		"atomic_uploads", Note, CauseContradiction,
		func(s *Settings) bool { return s.AtomicUploads && s.WriteEnable && !s.LockUploadFiles },
		"atomic_uploads with lock_upload_files=NO: of two uploads of one name, or two that append to it, only the last to end stays", "set lock_upload_files=YES",
	},
	{
		"deny_email_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.DenyEmailEnable && s.NoAnonPassword },
		"deny_email_enable has no effect with no_anon_password=YES, which asks for none", "set no_anon_password=NO",
	},
	{
		"secure_email_list_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.SecureEmailListEnable && s.NoAnonPassword },
		"secure_email_list_enable has no effect with no_anon_password=YES, which asks for none", "set no_anon_password=NO",
	},
	{
		"ftpd_banner", Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.FTPDBanner != "" && s.BannerFile != "" },
		"ftpd_banner has no effect, banner_file takes its place", "remove one of the two",
	},
	{
		"log_ftp_protocol", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.LogFTPProtocol && s.XferlogStdFormat && !s.DualLogEnable },
		"log_ftp_protocol has no effect with xferlog_std_format, which has no place for commands", "set xferlog_std_format=NO or dual_log_enable=YES",
	},
	{
		"ftp_data_port", Note, CauseWithoutEffect,
		func(s *Settings) bool { return !s.ConnectFromPort20 },
		"ftp_data_port has no effect without connect_from_port_20", "set connect_from_port_20=YES",
	},
	{
		"pasv_addr_resolve", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.PasvAddrResolve && s.PasvAddress == "" },
		"pasv_addr_resolve has no effect without pasv_address", "set pasv_address=HOST",
	},
	{
		"pasv_promiscuous", Warning, CausePromiscuous,
		func(s *Settings) bool { return s.PasvPromiscuous },
		"pasv_promiscuous lets anybody who finds the port take the place of the client", "set pasv_promiscuous=NO, unless clients arrive from several addresses",
	},
	{
		"port_promiscuous", Warning, CausePromiscuous,
		func(s *Settings) bool { return s.PortPromiscuous },
		"port_promiscuous lets clients send the server's connections to any host and port (bounce attack, RFC 2577)", "set port_promiscuous=NO, unless transfers between two servers are needed",
	},
	{
		"guest_enable", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.GuestEnable && !s.LocalEnable },
		"guest_enable has no effect without local_enable", "set local_enable=YES",
	},
	{
		"virtual_use_local_privs", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.VirtualUseLocalPrivs && !s.GuestEnable },
		"virtual_use_local_privs has no effect without guest_enable", "set guest_enable=YES",
	},
	{
		"session_support", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.SessionSupport && !s.LocalEnable },
		"session_support has no effect without local_enable", "set local_enable=YES",
	},
	{
		"userlist_deny", Note, CauseWithoutEffect,
		func(s *Settings) bool { return !s.UserlistEnable },
		"userlist_deny has no effect without userlist_enable", "set userlist_enable=YES",
	},
	{
		"dot_files", Warning, CauseContradiction,
		func(s *Settings) bool { return !s.DotFiles && s.ForceDotFiles },
		"dot_files=NO hides the names that force_dot_files=YES lists; they stay hidden", "remove one of the two",
	},
}

// rules warns of options that do not go together.
func (r *reviewer) rules() {
	for _, rule := range slices.Concat(rules, tlsRules) {
		if r.assigned(rule.option) && rule.broken(r.set) {
			r.add(rule.option, rule.severity, rule.cause, rule.message, rule.hint)
		}
	}
}

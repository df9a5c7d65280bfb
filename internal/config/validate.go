package config

import "net/netip"

// Validate finds what vsftpd dies of at start although every setting is right by
// itself. users says that users beside the system's can log in. It looks at
// Settings as they are now, so that a caller may change them before.
//
// The error is of type Complaints. Complaints name the place of an assignment
// if Settings still has its value.
func (c *Config) Validate(users bool) error {
	s := &c.Settings
	var found Complaints
	fail := func(option, cause, message, hint string) {
		found = append(found, c.fatal(option, cause, message, hint))
	}

	if s.Listen && s.ListenIPv6 {
		fail("listen_ipv6", CauseListenTwice, oops+"run two copies of vsftpd for IPv4 and IPv6",
			"listen_ipv6=YES alone serves IPv4 clients too: set listen=NO")
	}
	if a, err := netip.ParseAddr(s.ListenAddress); s.Listen && s.ListenAddress != "" && (err != nil || !a.Is4()) {
		fail("listen_address", CauseListenAddress, oops+"bad listen_address: "+escape(s.ListenAddress, maxShown),
			"write a.b.c.d, an IPv4 address of this host; for IPv6 there are listen_ipv6 and listen_address6")
	}
	if a, err := netip.ParseAddr(s.ListenAddress6); s.ListenIPv6 && s.ListenAddress6 != "" && (err != nil || !a.Is6()) {
		fail("listen_address6", CauseListenAddress, oops+"bad listen_address6: "+escape(s.ListenAddress6, maxShown),
			"write an IPv6 address of this host; for IPv4 there are listen and listen_address")
	}
	if s.OneProcessModel && s.LocalEnable {
		fail("one_process_model", CauseProcessModel, oops+"vsftpd: security: 'one_process_model' is anonymous only",
			"set one_process_model=NO or local_enable=NO")
	}
	if !s.AnonymousEnable && !users && s.VirtualUsersFile == "" && !s.LocalEnable {
		fail("anonymous_enable", CauseNoAccess, oops+"vsftpd: both local and anonymous access disabled!",
			"set anonymous_enable=YES or local_enable=YES, or give users")
	}
	if s.LocalEnable && s.RunAsLaunchingUser {
		fail("local_enable", CauseLaunchingUser, "local_enable needs root, which run_as_launching_user gives up",
			"set run_as_launching_user=NO, or local_enable=NO")
	}
	switch {
	case !s.FTPEnable && !s.HTTPEnable:
		fail("ftp_enable", CauseNoProtocol, oops+"vsftpd: both FTP and HTTP disabled!", "set ftp_enable=YES")
	case s.HTTPEnable && !s.OneProcessModel:
		fail("http_enable", CauseHTTPProcessModel, oops+"vsftpd: HTTP needs 'one_process_model' for now", "set http_enable=NO")
	}
	c.validateCharsets(fail)
	s.validateTLS(fail)
	return found.err()
}

// fatal makes a complaint about an option, with the place of its assignment if
// that is where its value comes from.
func (c *Config) fatal(option, cause, message, hint string) *Complaint {
	a, ok := c.assignment(option)
	if ok {
		var assigned Settings
		a.Option.set(&assigned, a.Value)
		ok = a.Option.Value(&assigned) == a.Option.Value(&c.Settings)
	}
	if !ok {
		return &Complaint{Message: message, Hint: hint, Cause: cause}
	}
	return a.complain(Error, cause, message, hint)
}

package config

import "fmt"

// limitRules are pairs of limits that do not go together.
var limitRules = []rule{
	{
		"local_max_rate", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.UserMaxRate, s.LocalMaxRate) },
		"local_max_rate has no effect above user_max_rate, which holds for all sessions of a user together", "lower it, or raise user_max_rate",
	},
	{
		"local_max_rate", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.TotalMaxRate, s.LocalMaxRate) },
		"local_max_rate has no effect above total_max_rate, which holds for all sessions together", "lower it, or raise total_max_rate",
	},
	{
		"anon_max_rate", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.TotalMaxRate, s.AnonMaxRate) },
		"anon_max_rate has no effect above total_max_rate, which holds for all sessions together", "lower it, or raise total_max_rate",
	},
	{
		"user_max_rate", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.TotalMaxRate, s.UserMaxRate) },
		"user_max_rate has no effect above total_max_rate, which holds for all sessions together", "lower it, or raise total_max_rate",
	},
	{
		"max_per_user", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.MaxClients, s.MaxPerUser) },
		"max_per_user has no effect above max_clients", "lower it, or raise max_clients",
	},
	{
		"lockout_per_ip", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.LockoutPerIP > 0 && (s.LockoutTime == 0 || s.LockoutWindow == 0) },
		"lockout_per_ip has no effect with lockout_time=0 or lockout_window=0", "set both to a number of seconds, or lockout_per_ip=0",
	},
	{
		"lockout_per_user", Warning, CauseWithoutEffect,
		func(s *Settings) bool { return s.LockoutPerUser > 0 && (s.LockoutTime == 0 || s.LockoutWindow == 0) },
		"lockout_per_user has no effect with lockout_time=0 or lockout_window=0", "set both to a number of seconds, or lockout_per_user=0",
	},
	{
		"lockout_per_user", Note, CauseLockedByOthers,
		func(s *Settings) bool { return s.LockoutPerUser > 0 },
		"lockout_per_user lets anybody who knows a user's name lock that user out", "lockout_per_ip alone keeps guessers away, unless they come from many addresses",
	},
	{
		"lockout_window", Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.LockoutPerIP == 0 && s.LockoutPerUser == 0 },
		"lockout_window has no effect without lockout_per_ip or lockout_per_user", "set one of them",
	},
	{
		"lockout_time", Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.LockoutPerIP == 0 && s.LockoutPerUser == 0 },
		"lockout_time has no effect without lockout_per_ip or lockout_per_user", "set one of them",
	},
	{
		"connect_burst_per_ip", Note, CauseWithoutEffect,
		func(s *Settings) bool { return s.ConnectRatePerIP == 0 },
		"connect_burst_per_ip has no effect without connect_rate_per_ip", "set connect_rate_per_ip",
	},
	{
		"connect_burst_per_ip", Warning, CauseNumberRange,
		func(s *Settings) bool { return s.ConnectRatePerIP > 0 && s.ConnectBurstPerIP == 0 },
		"connect_burst_per_ip=0 would let nobody in, and means 1", "write 1 or more",
	},
	{
		"login_timeout", Note, CauseNoTimeout,
		func(s *Settings) bool { return s.LoginTimeout == 0 },
		"login_timeout=0 lets a client that never logs in stay for as long as it sends commands", "set a number of seconds",
	},
	{
		"tls_handshake_timeout", Note, CauseNoTimeout,
		func(s *Settings) bool { return s.TLSHandshakeTimeout == 0 && s.LoginTimeout == 0 },
		"tls_handshake_timeout=0 lets a client that begins TLS and falls silent stay for as long as TCP does", "set a number of seconds",
	},
	{
		"tls_handshake_timeout", Note, CauseWithoutEffect,
		func(s *Settings) bool { return below(s.LoginTimeout, s.TLSHandshakeTimeout) },
		"tls_handshake_timeout has no effect above login_timeout, which counts from the connection", "lower it, or raise login_timeout",
	},
	{
		"login_timeout", Warning, CauseContradiction,
		func(s *Settings) bool {
			return s.LoginTimeout > 0 && s.DelayFailedLogin+s.DelaySuccessfulLogin >= s.LoginTimeout
		},
		"login_timeout is over before delay_failed_login and delay_successful_login are: who mistypes once never gets in", "raise login_timeout, or lower the delays",
	},
	{
		"session_timeout", Warning, CauseContradiction,
		func(s *Settings) bool { return below(s.SessionTimeout, s.LoginTimeout) },
		"session_timeout is over before login_timeout is", "raise session_timeout, or lower login_timeout",
	},
}

// below reports that both limits are set and the first is the tighter one.
func below(tighter, other uint32) bool { return tighter > 0 && other > tighter }

// limits warns of limits that do not go together. A limit beside one that was
// assigned may have its default.
func (r *reviewer) limits() {
	for _, rule := range limitRules {
		if r.assigned(rule.option) && rule.broken(r.set) {
			r.add(rule.option, rule.severity, rule.cause, rule.message, rule.hint)
		}
	}
	r.charsetPorts()
}

// charsetPorts notes charsets of ports at which nobody listens. That they are
// well written is a matter of Validate.
func (r *reviewer) charsetPorts() {
	ports, err := r.set.CharsetOfPorts()
	if err != nil {
		return
	}
	for port := range ports {
		if n := uint32(port); n != r.set.ListenPort && n != r.set.ImplicitSSLPort {
			r.add("client_charset_listeners", Note, CauseWithoutEffect,
				fmt.Sprintf("client_charset_listeners names port %d, which is neither listen_port nor implicit_ssl_port", port),
				"correct it, unless --listen names that port")
			return
		}
	}
}

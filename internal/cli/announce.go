package cli

import (
	"log/slog"

	"ferry/internal/daemon"
	"ferry/internal/netx"
)

// announce says what is served, and where: to a person in a block on stdout, to
// a log in lines. A process that serves a single connection says nothing.
func (p *program) announce(s *service, st daemon.Status, log *slog.Logger) {
	if s.opts.Conn != nil {
		return
	}
	sum := summary{
		settings: &s.cfg.Settings, status: st,
		anonymousWrite: s.opts.AnonymousWrite, noSourcePort: s.noSourcePort,
		addresses: netx.LocalAddresses(), firewall: findFirewall(),
	}
	for _, u := range s.opts.Users {
		sum.users = append(sum.users, u.Name)
	}
	if p.child == nil && (s.share || isTerminal(p.stdout)) {
		sum.write(p.stdout)
		return
	}
	sum.log(log)
}

package shell

import (
	"context"
	"strings"
	"time"
)

func serverCommands() []*command {
	return []*command{
		{name: "open", aliases: []string{"ftp"}, usage: "HOST [PORT] | URL | SITE", help: "Connect to a server and log in: as the URL, .netrc or the answer to a question says.", min: 1, max: 2, args: "s-", run: runOpen},
		{name: "close", aliases: []string{"disconnect"}, help: "End the connection; the shell stays.", run: runClose},
		{name: "user", usage: "NAME [PASSWORD [ACCOUNT]]", help: "Log in as somebody else, on a new connection. A password that is left out is asked for.", min: 1, max: 3, args: "-", run: runUser},
		{name: "account", usage: "[ACCOUNT]", help: "Send an account (ACCT), which some servers want for some directories.", max: 1, args: "-", connected: true, run: runAccount},
		{name: "status", usage: "[NAME]", help: "Show what the shell is set to; with a name, what the server says about it (STAT).", max: 1, args: "r", run: runStatus},
		{name: "proxy", usage: "COMMAND [ARGUMENT...]", help: "Carry a command out on a second connection: proxy open HOST first. proxy get NAME copies from the first server to the second, proxy put NAME from the second to the first.", min: 1, max: -1, args: "cr", changes: true, run: runProxy},
		{name: "copy", usage: "NAME [NAME]", help: "The same as proxy get: copy a file to the server of the second connection.", min: 1, max: 2, args: "r", connected: true, changes: true, run: runCopy},
		{name: "quit", aliases: []string{"bye", "exit", "q"}, help: "End the connection and the shell.", run: runQuit},
	}
}

func runQuit(_ context.Context, s *Shell, _ []arg) error {
	s.done = true
	return nil
}

func runOpen(ctx context.Context, s *Shell, args []arg) error {
	if s.link != nil {
		return wrongUse("already connected to %s: close first", s.link.server.Name)
	}
	target := args[0].text
	if len(args) == 2 {
		target = withPort(target, args[1].text)
	}
	w := Where{Target: target, Ask: true}
	if s.cfg.NoLogin {
		s.await = &w
		s.say("%s: not logged in yet: user NAME", target)
		return nil
	}
	return s.welcome(ctx, w)
}

// withPort adds a port to a host as ftp(1) takes both.
func withPort(host, port string) string {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "", host
	} else {
		scheme += "://"
	}
	if strings.Count(rest, ":") > 1 && !strings.HasPrefix(rest, "[") {
		rest = "[" + rest + "]" // an IPv6 address
	}
	return scheme + rest + ":" + port
}

// welcome connects, says where, and runs the macro init.
func (s *Shell) welcome(ctx context.Context, w Where) error {
	if err := s.connect(ctx, w); err != nil {
		return err
	}
	l := s.link
	secure := "without TLS"
	if l.conn != nil && l.conn.TLS() != nil {
		secure = "with TLS"
	}
	dir := l.dir
	if dir != "" {
		dir = ", in " + dir
	}
	s.say("connected to %s %s%s", l.server.Name, secure, dir)
	if _, ok := s.macros[initMacro]; ok {
		return s.runMacro(ctx, initMacro, nil)
	}
	return nil
}

func runClose(ctx context.Context, s *Shell, _ []arg) error {
	if s.link == nil && s.await == nil {
		return errNotConnected
	}
	s.await = nil
	s.close(ctx)
	return nil
}

// runUser opens the same server anew: few servers let a session change its user.
func runUser(ctx context.Context, s *Shell, args []arg) error {
	var w Where
	switch {
	case s.await != nil:
		w = *s.await
	case s.link != nil:
		w = s.link.where
	default:
		return errNotConnected
	}
	w.User, w.HasPassword, w.Password, w.Account, w.Ask = args[0].text, false, "", "", false
	if len(args) > 1 {
		w.Password, w.HasPassword = args[1].text, true
	}
	if len(args) > 2 {
		w.Account = args[2].text
	}
	old := s.link
	if err := s.welcome(ctx, w); err != nil {
		s.link = old
		return err
	}
	if old != nil {
		fresh := s.link
		s.link = old
		s.close(ctx)
		s.link = fresh
	}
	return nil
}

func runAccount(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	var account string
	switch {
	case len(args) == 1:
		account = args[0].text
	case s.cfg.Secret == nil:
		return wrongUse("account wants an argument where nobody can be asked")
	default:
		if account, err = s.cfg.Secret("Account: "); err != nil {
			return err
		}
	}
	r, err := c.Cmd(ctx, "ACCT", account)
	if err == nil {
		s.reply(r)
	}
	return err
}

func runStatus(ctx context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		c, err := s.conn(ctx)
		if err != nil {
			return err
		}
		r, err := c.Cmd(ctx, "STAT", args[0].text)
		if err == nil {
			s.reply(r)
		}
		return err
	}
	if l := s.link; l == nil {
		s.say("not connected")
	} else {
		s.say("connected to %s, in %s", l.server.Name, l.dir)
		if !l.used.IsZero() {
			s.say("last heard of %s ago", time.Since(l.used).Round(time.Second))
		}
	}
	if s.other != nil {
		s.say("proxy: connected to %s, in %s", s.other.server.Name, s.other.dir)
	}
	t := &s.set
	s.say("here: %s", s.here)
	_ = s.showType() // it has no error
	s.say("data connections: %s", modesText(t.ladder()))
	s.say("prompt %s, glob %s, case %s, runique %s, sunique %s, preserve %s", onOffText(t.prompt), onOffText(t.glob), onOffText(t.lower), onOffText(t.runique), onOffText(t.sunique), onOffText(t.keepTime))
	s.say("progress %s, hash %s, bell %s", onOffText(t.progress), onOffText(t.hash), onOffText(t.bell))
	return nil
}

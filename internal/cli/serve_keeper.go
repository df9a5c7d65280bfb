package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"ferry/internal/broker"
	"ferry/internal/daemon"
	"ferry/internal/keeper"
	"ferry/internal/sys"
)

// separates reports whether the server gives its privileges away to a broker.
func (s *service) separates() bool {
	return !s.share && sys.Euid() == 0 && !s.cfg.Settings.RunAsLaunchingUser && runtime.GOOS == "linux"
}

// errNeedsRoot is what system users need.
var errNeedsRoot = errors.New("500 OOPS: vsftpd: must be started as root (see run_as_launching_user option): local_enable=YES lets system users in, which only root can")

// brokerPatience is how long the broker may take to end: it closes PAM's sessions.
const brokerPatience = 10 * time.Second

// startKeeper starts the process that decides logins and keeps the privileges
// of root for that; nil if the server has none, or does not give them away.
func (p *program) startKeeper(ctx context.Context, s *service, f *serveFlags) (*keeper.Remote, error) {
	set := &s.cfg.Settings
	if !s.separates() {
		if !set.LocalEnable {
			return nil, nil
		}
		if !set.AnonymousEnable && len(s.opts.Users) == 0 && set.VirtualUsersFile == "" {
			return nil, &refusal{errNeedsRoot}
		}
		set.LocalEnable = false
		s.opts.Log.Warn("system users cannot log in: local_enable=YES needs root, and a FILE of configuration")
		return nil, nil
	}
	start := brokerStart{Settings: *set, Users: s.opts.Users, Level: f.level.Level, JSON: f.format.json}
	start.Reading, start.Appending = daemon.FilesOf(set)
	text, err := json.Marshal(start)
	if err != nil {
		return nil, &failure{err}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, &failure{err}
	}
	cmd := &exec.Cmd{Path: self, Args: []string{p.args[0], "broker"}, Stdin: bytes.NewReader(text)}
	cmd.Stderr = os.Stderr
	if w, ok := p.stderr.(*os.File); ok {
		cmd.Stderr = w
	}
	client, wait, err := broker.Start(ctx, cmd, broker.AllCapabilities)
	if err != nil {
		return nil, &failure{fmt.Errorf("cannot start the broker: %w", err)}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := wait(); err != nil {
			s.opts.Log.Error("the broker has ended", "err", err)
		}
	}()
	s.endBroker = func() {
		_ = client.Close() // it may be closed with the daemon
		select {
		case <-ended:
		case <-time.After(brokerPatience):
		}
	}
	k, err := keeper.NewRemote(ctx, client, set)
	if err != nil {
		return nil, &refusal{err}
	}
	for i := range s.opts.Users {
		s.opts.Users[i].Password = "" // the broker alone needs it
	}
	return k, nil
}

package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ferry/internal/config"
	"ferry/internal/daemon"
)

const serveLong = `Serve files by FTP.

Without a FILE, ferry shares one directory, the current one or that of --dir:
read-only, to anonymous users, on port 2121, with the passive ports 40000-40009.
It needs no root and no configuration, serves what the user who started it can
read, and leaves out names that begin with a dot. Settings change that when --dir
is given too: ferry serve --dir . -oanon_max_rate=100000

With FILEs or settings alone, ferry does what they say in the language of
vsftpd.conf(5), and starts from vsftpd's defaults. They take effect in the order
given, the later one wins; a setting is written -oNAME=VALUE without a space. The
flags below change what the FILEs say. Settings that ferry ignores are named at
start; those that it must not ignore keep it from starting. 'ferry config options'
explains them all.

Started by root with FILEs or settings, it becomes ftp_username where anonymous users
may log in, else nopriv_user, once it listens (run_as_launching_user=YES: it does
not). A process of its own, the broker, keeps what it takes to let users of the
system in (local_enable): it checks passwords, by PAM where ferry-pam is installed,
and opens files as the user who logged in. Virtual users and those of --user reach
theirs as guest_username. However it is started, it gives up every capability that it does not need, and
on Linux every directory that it does not serve (landlock_enable); the log says
what holds. Root that shares a directory therefore reads what root owns and what
everybody may read, not the closed files of others: share as their owner.

Without listen=YES, listen_ipv6=YES and --listen, ferry serves the socket that it
finds as its standard input: one connection (inetd, "nowait") or a listening one
("wait", a service manager).

Users come by --user; all of them see the directory of --dir or local_root, and
nothing above it. A password is taken from the environment, FERRY_PASSWORD_NAME
with the name as it is or in capitals, or else asked for on the terminal.

An interrupt (Ctrl-C) or SIGTERM lets transfers end and then stops; a second one
stops at once. With a FILE, SIGHUP opens the log files anew.

Exit status: 0 after a clean stop; 1 for a failure while it ran, also when a second
interrupt cut transfers off; 2 for wrong usage or configuration, an address that
cannot be listened at included.`

const serveExample = `  ferry serve
  ferry serve --dir /srv/pub --write --user alice
  ferry serve --listen 192.168.1.5:21 --passive-ports 50000-50100
  ferry serve /etc/vsftpd.conf
  ferry serve /etc/vsftpd.conf -olisten_port=2121 -obackground=NO`

func newServe(p *program) *cobra.Command {
	f := newServeFlags()
	cmd := &cobra.Command{
		Use:     "serve [FILE | -oNAME=VALUE]...",
		Short:   "Share a directory, or do what a vsftpd.conf says",
		Long:    serveLong,
		Example: serveExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.given = cmd.Flags().Changed
			sources, err := sourcesOf(args)
			if err != nil {
				return err
			}
			return p.serve(cmd.Context(), f, sources)
		},
	}
	f.register(cmd)
	return cmd
}

// A service is what `ferry serve` was asked to do.
type service struct {
	// share is the share of a directory without a file of configuration.
	share bool
	cfg   *config.Config
	opts  daemon.Options
	// noSourcePort says why active connections do not come from port 20, if a
	// share would have liked it.
	noSourcePort string
	// gone is closed when the process has died that keeps the privileges; nil if
	// there is none.
	gone <-chan struct{}
	// endBroker ends that process, and waits for it.
	endBroker func()
}

// serve checks everything, and then runs until it is told to stop.
func (p *program) serve(ctx context.Context, f *serveFlags, sources []string) error {
	s, err := newService(f, sources)
	if err != nil {
		return err
	}
	if err := f.apply(s); err != nil {
		return err
	}
	s.cfg.Reconsider() // a flag may be what was missing
	if err := s.validate(len(f.users) > 0); err != nil {
		return err
	}
	if s.opts.Users, err = p.users(f); err != nil {
		return err
	}
	if err := s.inherit(); err != nil {
		return err
	}
	if s.cfg.Settings.Background && !s.inherited() && p.child == nil {
		return p.detach(s.opts.Users)
	}
	log := newLogger(p.stderr, f.level.Level, f.format.json)
	s.opts.Log = log
	s.logSettings(log)
	if s.share {
		warnOfDirectory(p.stderr, s.cfg.Settings.AnonRoot)
	}
	signals, stop := notify()
	defer stop()
	s.endBroker = func() {}
	k, err := p.startKeeper(ctx, s, f)
	defer func() { s.endBroker() }()
	if err != nil {
		return err
	}
	if k != nil {
		s.opts.Keeper, s.gone = k, k.Gone()
	}
	s.opts.Settings, s.opts.Become = s.cfg.Settings, !s.share
	d, err := daemon.New(ctx, s.opts)
	if err != nil {
		return &refusal{err}
	}
	if k != nil {
		d.OpenBy(k.OpenFile)
	}
	p.announce(s, d.Status(), log)
	if _, err := d.Confine(ctx); err != nil {
		return &failure{errors.Join(err, d.Shutdown(ctx))}
	}
	if p.child != nil {
		if err := p.child.ready(); err != nil {
			return &failure{errors.Join(err, d.Shutdown(ctx))}
		}
	}
	return p.run(ctx, s, d, signals)
}

// validate looks at everything together; users says that there are some.
func (s *service) validate(users bool) error {
	var errs []error
	if err := s.cfg.Validate(users); err != nil {
		errs = append(errs, err)
	}
	for _, a := range s.cfg.Refused() {
		errs = append(errs, errors.New(refused(a)))
	}
	if len(errs) > 0 {
		return &refusal{errors.Join(errs...)}
	}
	if !s.listens() && !stdinIsSocket() {
		return &refusal{fmt.Errorf("%w\n(or give --listen; or, to share a directory with settings on top, --dir)", daemon.ErrNothingToListen)}
	}
	return nil
}

// listens reports whether the service opens listeners of its own.
func (s *service) listens() bool {
	return s.opts.Listen != nil || s.cfg.Settings.Listen || s.cfg.Settings.ListenIPv6
}

// inherited reports whether a socket came from whoever started the process.
func (s *service) inherited() bool { return s.opts.Conn != nil || s.opts.Listener != nil }

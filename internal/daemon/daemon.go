package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"ferry/ftpserver"
	"ferry/internal/certs"
	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/internal/netx"
	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// Options say what to serve.
type Options struct {
	// Settings is what a vsftpd.conf says.
	Settings config.Settings
	// Listen are the addresses to listen at, instead of those of Settings. The
	// address "::" accepts IPv4 too.
	Listen []netip.AddrPort
	// Conn is the one connection to serve, instead of listening (inetd).
	Conn net.Conn
	// Listener is a socket that listens already.
	Listener net.Listener
	// Certificates is used instead of the files that Settings name.
	Certificates *certs.Source
	// CertificateDir is where Certificates keeps its file and renews it, if it
	// does.
	CertificateDir string
	// Users may log in besides the anonymous.
	Users []User
	// Keeper decides logins, instead of one in this process that Settings and
	// Users make. It is closed with the server.
	Keeper keeper.Keeper
	// AnonymousWrite lets anonymous users do everything that a user may, whatever
	// the anon_* settings say.
	AnonymousWrite bool
	// Become lets Confine change the user, if root runs the process, to the one
	// that the settings name.
	Become bool
	// Log gets a line for each login, transfer and fault. Required.
	Log *slog.Logger
}

// Daemon is a server with all that belongs to it.
type Daemon struct {
	opts      Options
	server    *ftpserver.Server
	listeners []listener
	transport *transport
	accounts  *accounts
	advertise *advertiser
	active    ActiveStatus
	logs      []closer
	open      opener
	who       *sandbox.User // who Confine makes of the process; nil is nobody else
	stays     string        // why it is nobody else, though Options.Become
	stop      sync.Once
}

// closer is a log file or the like.
type closer interface{ Close() error }

// New opens everything. The error says which setting is wrong; everything is
// closed then.
func New(ctx context.Context, opts Options) (*Daemon, error) {
	d := &Daemon{opts: opts, open: os.OpenFile}
	if err := d.start(ctx); err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

func (d *Daemon) start(ctx context.Context) error {
	s := &d.opts.Settings
	sys.Umask(0) // modes are made by each session's own umask
	if _, err := sys.SetRlimitNofile(); err != nil {
		d.opts.Log.Debug("the limit of open files stays as it is", "err", err)
	}
	if err := checkCharsets(s); err != nil {
		return err
	}
	greeting, err := greeting(s)
	if err != nil {
		return err
	}
	d.advertise, err = newAdvertiser(ctx, s, d.opts.Log)
	if err != nil {
		return err
	}
	if d.transport, err = newTransport(ctx, s, d.opts.Certificates, d.opts.Log); err != nil {
		return err
	}
	d.active = activeStatus(s)
	accounts, err := newAccounts(ctx, &d.opts, d.advertise, d.active)
	if err != nil {
		return err
	}
	d.accounts = accounts
	limits := newLimits(s, accounts)
	limits.of = accounts.keeper.SettingsOf
	trace, err := d.trace()
	if err != nil {
		return err
	}
	low, high := s.PassiveRange()
	d.server = &ftpserver.Server{
		Accounts: limits, Admit: limits.admit, Greeting: greeting, Policy: accounts.before,
		PassiveMin: low, PassiveMax: high,
		PassiveTurn: seconds(s.PasvTurnTimeout), PassiveBadPeer: seconds(s.PasvBadPeerTimeout),
		MaxSessions: int(s.MaxClients), MaxPerAddress: int(s.MaxPerIP), MaxLoginFails: int(max(s.MaxLoginFails, 1)), // as vsftpd has it

		FailedLoginDelay: seconds(s.DelayFailedLogin), LoginDelay: seconds(s.DelaySuccessfulLogin),
		Trace: trace,
	}
	if d.transport != nil {
		d.server.TLS = d.transport.config
	}
	if d.who, d.stays, err = identify(&d.opts); err != nil {
		return err
	}
	return d.listen(ctx)
}

// Serve serves until Shutdown, or until a listener fails.
func (d *Daemon) Serve() error {
	if d.opts.Conn != nil {
		d.server.ServeConn(d.opts.Conn, d.implicit())
		return nil
	}
	errs := make(chan error, len(d.listeners))
	for _, l := range d.listeners {
		go func() {
			if l.implicit {
				errs <- d.server.ServeTLS(l)
			} else {
				errs <- d.server.Serve(l)
			}
		}()
	}
	var first error
	for range d.listeners {
		if err := <-errs; first == nil && !errors.Is(err, ftpserver.ErrServerClosed) {
			first = err
			_ = d.server.Close()
		}
	}
	return first
}

// Shutdown stops accepting, waits until the transfers are over or ctx ends, and
// closes everything.
func (d *Daemon) Shutdown(ctx context.Context) error {
	err := d.server.Shutdown(ctx)
	d.release()
	return err
}

// release closes what New opened.
func (d *Daemon) release() {
	d.stop.Do(func() {
		for _, l := range d.listeners {
			_ = l.Close()
		}
		if d.transport != nil {
			d.transport.close()
		}
		if d.advertise != nil {
			d.advertise.Close()
		}
		if d.accounts != nil {
			d.accounts.Close()
		}
		for _, l := range d.logs {
			_ = l.Close()
		}
	})
}

// Sessions is the number of sessions now.
func (d *Daemon) Sessions() int { return d.server.Sessions() }

// greeting is the text of the first reply: banner_file, else ftpd_banner.
func greeting(s *config.Settings) (string, error) {
	if s.BannerFile == "" {
		return s.FTPDBanner, nil
	}
	text, err := os.ReadFile(s.BannerFile)
	if err != nil {
		return "", oops("cannot open banner file:"+s.BannerFile, "banner_file", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// seconds makes a duration of a setting.
func seconds(n uint32) time.Duration { return time.Duration(n) * time.Second }

// oops is an error in vsftpd's words, with the option that is at fault.
func oops(message, option string, err error) error {
	if err == nil {
		return fmt.Errorf("500 OOPS: %s (%s)", message, option)
	}
	return fmt.Errorf("500 OOPS: %s (%s): %w", message, option, err)
}

// probe tells whether active connections can come from the port.
func probe(port uint16) error {
	return netx.ProbePort(netip.AddrPortFrom(netip.IPv4Unspecified(), port))
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"ferry/internal/daemon"
)

// notify gives the signals that a server acts on.
func notify() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 8)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// run serves until a signal, the context or a fault ends it.
func (p *program) run(ctx context.Context, s *service, d *daemon.Daemon, signals <-chan os.Signal) error {
	served := make(chan error, 1)
	go func() { served <- d.Serve() }()
	for {
		select {
		case err := <-served:
			// One connection has ended, or a listener has failed.
			if err = errors.Join(err, d.Shutdown(ctx)); err != nil {
				return &failure{err}
			}
			return nil
		case <-ctx.Done():
			return p.drain(ctx, s, d, signals)
		case <-s.gone:
			// Nobody can log in, and no file be opened: a supervisor starts anew.
			s.opts.Log.Error("the broker has died, and the server stops with it")
			s.gone = nil
			return errors.Join(&failure{errBrokerDied}, p.drain(ctx, s, d, signals))
		case sig := <-signals:
			if sig == syscall.SIGHUP && (!s.share || p.child != nil) {
				reopenLogs(s, d)
				continue
			}
			// Of a share the signal says that its terminal has gone away.
			return p.drain(ctx, s, d, signals)
		}
	}
}

// errBrokerDied is the end of a server without its broker.
var errBrokerDied = errors.New("the broker has died")

// errCutOff is the end of a server that was told twice to stop.
var errCutOff = errors.New("stopped at once: transfers were cut off")

// drain lets transfers end, unless a second signal comes.
func (p *program) drain(ctx context.Context, s *service, d *daemon.Daemon, signals <-chan os.Signal) error {
	n := d.Sessions()
	if s.share {
		switch n {
		case 0:
			fmt.Fprintln(p.stderr, "ferry: stopping")
		default:
			fmt.Fprintf(p.stderr, "ferry: stopping; %d %s: waiting for transfers to end (again: stop at once)\n", n, plural(n, "session"))
		}
	} else {
		s.opts.Log.Info("stopping: waiting for transfers to end", "sessions", n)
	}
	ctx, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	over := make(chan error, 1)
	go func() { over <- d.Shutdown(ctx) }()
	for {
		select {
		case err := <-over:
			return p.stopped(s, err)
		case sig := <-signals:
			if sig == syscall.SIGHUP {
				continue
			}
			cutOff()
		}
	}
}

// stopped says how a drain ended.
func (p *program) stopped(s *service, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{errCutOff}
	case err != nil:
		return &failure{err}
	case s.share:
		fmt.Fprintln(p.stderr, "ferry: stopped")
	default:
		s.opts.Log.Info("stopped")
	}
	return nil
}

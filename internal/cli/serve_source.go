package cli

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"ferry/internal/config"
	"ferry/internal/sys"
)

// newService reads what there is to serve: files and settings, or the share of
// a directory.
func newService(f *serveFlags, sources []string) (*service, error) {
	hasFile := slices.ContainsFunc(sources, func(s string) bool { return !isSetting(s) })
	cfg, err := config.Load(sources...)
	if err != nil {
		return nil, &refusal{err}
	}
	s := &service{cfg: cfg}
	switch {
	case hasFile:
	case stdinIsSocket() && !f.given("listen"):
		// A super-server started the process: nobody looks at a terminal.
	case len(sources) == 0, f.given("dir"):
		s.share = true
		return s, s.makeShare(f, sources)
	}
	return s, nil
}

// inherit takes over the socket that the process was started with, where the
// settings do not listen by themselves.
func (s *service) inherit() error {
	if s.listens() {
		return nil
	}
	kind, conn, listener, err := sys.InheritedSocket(0)
	if err != nil {
		return &failure{fmt.Errorf("cannot take over the socket on descriptor 0: %w", err)}
	}
	switch kind {
	case sys.SocketConnected:
		s.opts.Conn = conn
	case sys.SocketListening:
		s.opts.Listener = listener
	case sys.SocketNone:
		// daemon.New says what is missing.
	}
	return nil
}

// logSettings says what the settings do not do, and what they do though hardly
// anybody means it. A process that serves a single connection says so only to
// who asks for it: there is one for each client.
func (s *service) logSettings(log *slog.Logger) {
	quiet := s.opts.Conn != nil
	at := func(level slog.Level) slog.Level {
		if quiet {
			return slog.LevelDebug
		}
		return level
	}
	for _, c := range s.cfg.Warnings {
		level := slog.LevelWarn
		if c.Severity == config.Note {
			level = slog.LevelInfo
		}
		var attrs []any
		if c.Hint != "" {
			attrs = append(attrs, "hint", c.Hint)
		}
		log.Log(context.Background(), at(level), c.Summary(), attrs...)
	}
	for _, a := range s.cfg.NoEffect() {
		log.Log(context.Background(), at(slog.LevelWarn), noEffect(a))
	}
}

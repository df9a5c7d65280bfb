package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ferry/internal/broker"
	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/internal/sys"
)

// brokerStart is what the broker reads from its standard input: all that it will
// ever be told but requests.
type brokerStart struct {
	Settings config.Settings `json:"settings"`
	Users    []keeper.User   `json:"users,omitempty"`
	// Reading and Appending are files to open for the server, on request.
	Reading   []string   `json:"reading,omitempty"`
	Appending []string   `json:"appending,omitempty"`
	Level     slog.Level `json:"level"`
	JSON      bool       `json:"json,omitempty"`
}

// newBroker makes the command that a server started as root runs for itself.
func newBroker(p *program) *cobra.Command {
	return &cobra.Command{
		Use:    "broker",
		Short:  "Keep the privileges of a server (ferry serve starts it)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return p.broker(cmd.Context()) },
	}
}

// broker serves the process that has started it, until that has gone. It minds
// no signal: a server that drains needs it to the end.
func (p *program) broker(ctx context.Context) error {
	conn, err := broker.Inherit()
	if err != nil {
		return fmt.Errorf("the broker is started by 'ferry serve', and by nobody else: %w", err)
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	var start brokerStart
	if err := json.NewDecoder(p.stdin).Decode(&start); err != nil {
		return &failure{fmt.Errorf("broker: cannot read what to serve: %w", err)}
	}
	log := newLogger(p.stderr, start.Level, start.JSON).With("process", "broker")
	sys.Umask(0) // modes are made by each session's own umask
	k, fault := keeper.Open(ctx, keeper.Options{
		Settings: start.Settings, Given: start.Users, Privileged: true,
		Reading: start.Reading, Appending: start.Appending,
	})
	if fault == nil {
		defer func() { _ = k.Close() }()
		// From here on it can become somebody, and nothing else that root can.
		fault = k.Confine(ctx, log)
	}
	if err := keeper.Serve(ctx, conn, k, fault, log); err != nil {
		return &failure{fmt.Errorf("broker: %w", err)}
	}
	return nil
}

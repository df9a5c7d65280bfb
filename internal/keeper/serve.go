package keeper

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/user"
	"strconv"

	"ferry/internal/broker"
)

// Serve answers the Remote at the other end of conn until that has gone. fault,
// if not nil, is why there is no keeper: it is what the other end hears, whatever
// it asks.
func Serve(ctx context.Context, conn *net.UnixConn, l *Local, fault error, log *slog.Logger) error {
	s := &broker.Server{Log: log, Grant: func(ctx context.Context, text []byte) (*broker.Grant, error) {
		if fault != nil {
			return nil, fault
		}
		return l.grant(ctx, text)
	}}
	s.Guard = guard()
	if fault == nil {
		s.MaxSessions = int(l.settings.MaxClients)
		s.Open = l.files.open
		s.Chown = func(f *os.File) error { return l.GiveAway(ctx, f) }
	}
	return s.Serve(ctx, conn)
}

// guard finds a user number that nobody has: who had that of the broker's sessions
// could kill them, be it the process that talks to the network.
func guard() uint32 {
	const first, last = 65533, 60000
	for id := uint32(first); id > last; id-- {
		if _, err := user.LookupId(strconv.FormatUint(uint64(id), 10)); err != nil {
			return id
		}
	}
	return first + 1
}

// grant answers one request.
func (l *Local) grant(ctx context.Context, text []byte) (*broker.Grant, error) {
	var q request
	if err := json.Unmarshal(text, &q); err != nil {
		return nil, fmt.Errorf("request to the keeper: %w", err)
	}
	var a answer
	var err error
	granted := new(broker.Grant)
	switch q.Op {
	case opReady:
	case opAsk:
		err = l.Ask(ctx, q.Name)
	case opSettings:
		a.Settings, err = l.SettingsOf(ctx, q.Name)
	case opLogin:
		var d *decision
		if d, err = l.decide(ctx, q.Credentials); err != nil {
			err = judged(err)
		} else {
			a.Grant, granted.Root, granted.Identity, granted.Done = &d.Grant, d.Root, d.identity, d.done
		}
	default:
		return nil, fmt.Errorf("request to the keeper: unknown operation %q", q.Op)
	}
	if err != nil {
		a.Refusal = refusalOf(err)
	}
	if granted.Answer, err = encode(a); err != nil && granted.Done != nil {
		granted.Done()
	}
	return granted, err
}

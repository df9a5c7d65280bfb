package keeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"ferry/internal/broker"
	"ferry/internal/config"
)

// Remote is a keeper in another process, behind a broker.
type Remote struct {
	broker *broker.Client
	// What the settings do not ask for needs no question.
	lists, overlays bool
}

var _ Keeper = (*Remote)(nil)

// NewRemote waits until the keeper at the other end, of the same settings, is open. An
// error says why it could not be.
func NewRemote(ctx context.Context, c *broker.Client, s *config.Settings) (*Remote, error) {
	r := &Remote{broker: c, lists: s.UserlistEnable, overlays: s.UserConfigDir != ""}
	if _, _, err := r.ask(ctx, request{Op: opReady}); err != nil {
		return nil, err
	}
	return r, nil
}

// ask sends a request, and gives the session if one was granted.
func (r *Remote) ask(ctx context.Context, q request) (*broker.Session, *answer, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return nil, nil, err
	}
	session, text, err := r.broker.Grant(ctx, text)
	if _, ok := errors.AsType[*broker.RefusedError](err); ok && q.Op == opLogin {
		// The login was right: there is no directory, or too many sessions.
		return nil, nil, refused("Your session cannot be made, ask the administrator.", err)
	}
	if err != nil {
		return nil, nil, err
	}
	a := new(answer)
	if err = json.Unmarshal(text, a); err == nil && a.Refusal != nil {
		err = a.Refusal.err()
	}
	if err != nil && session != nil {
		err = errors.Join(err, session.Close())
	}
	return session, a, err
}

// Ask implements Keeper.
func (r *Remote) Ask(ctx context.Context, name string) error {
	if !r.lists {
		return nil
	}
	_, _, err := r.ask(ctx, request{Op: opAsk, Name: name})
	return err
}

// SettingsOf implements Keeper.
func (r *Remote) SettingsOf(ctx context.Context, name string) (*config.Settings, error) {
	if !r.overlays {
		return nil, nil
	}
	_, a, err := r.ask(ctx, request{Op: opSettings, Name: name})
	if err != nil {
		return nil, err
	}
	return a.Settings, nil
}

// Login implements Keeper.
func (r *Remote) Login(ctx context.Context, c Credentials) (*Admission, error) {
	session, a, err := r.ask(ctx, request{Op: opLogin, Credentials: c})
	if err != nil {
		return nil, err
	}
	if session == nil || a.Grant == nil {
		return nil, fmt.Errorf("the keeper has granted %q no session", c.Name)
	}
	return &Admission{Grant: *a.Grant, FS: session, Leave: func() { _ = session.Close() }}, nil
}

// GiveAway implements Keeper.
func (r *Remote) GiveAway(ctx context.Context, f *os.File) error { return r.broker.Chown(ctx, f) }

// Gone is closed when the keeper has died.
func (r *Remote) Gone() <-chan struct{} { return r.broker.Gone() }

// OpenFile is os.OpenFile for the files that were named at start: it opens
// certificates for reading, and logs for appending.
func (r *Remote) OpenFile(name string, flag int, _ fs.FileMode) (*os.File, error) {
	key := forReading + name
	if flag&os.O_APPEND != 0 {
		key = forAppending + name
	}
	return r.broker.Open(context.Background(), key)
}

// Close implements Keeper.
func (r *Remote) Close() error { return r.broker.Close() }

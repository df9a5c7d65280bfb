package ftpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ferry/ftp"
)

// dial makes a connection for the Pool and logs in.
func (p *Pool) dial(ctx context.Context) (*Conn, error) {
	cfg := p.conn
	if p.usesOlder() {
		cfg.TLSConfig = atMost12(cfg.TLSConfig)
	}
	c, err := Dial(ctx, p.cfg.Address, &cfg)
	if err != nil {
		return nil, err
	}
	if err := c.Login(ctx, p.cfg.User, p.cfg.Password, p.cfg.Account); err != nil {
		_ = c.Close() // the login has failed, which says more
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = true
	p.wake()
	return c, nil
}

// failed notes that a connection could not be made, and that there can be no more
// than there are if the server says so. It reports whether there are others.
func (p *Pool) failed(err error) (others bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	if crowded(err, p.known) {
		p.limit, p.lowered = max(1, p.open), time.Now()
	}
	p.wake()
	return p.open > 0
}

// wasLetIn reports that the credentials are good.
func (p *Pool) wasLetIn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known
}

// passes reports a failure to connect that may be gone soon. That of the first
// connection, without a word of the server's, is taken for a mistake in the address.
func (p *Pool) passes(err error) bool {
	return Temporary(err) && (Code(err) != 0 || p.wasLetIn())
}

// crowded reports that the server has too many connections, of this user or of
// all. Of a 530 that is so if the same password was good before, or the text says it.
func crowded(err error, known bool) bool {
	switch code := Code(err); code {
	case ftp.CodeTooManySessions:
		return true
	case ftp.CodeLoginFailed:
		text := strings.ToLower(err.Error())
		return known || strings.Contains(text, "too many") || strings.Contains(text, "maximum") || strings.Contains(text, "limit")
	default:
		return false
	}
}

// pause tells that something failed, and waits before it is tried again: longer
// each time, and not always for as long as others do who had the same trouble.
func (p *Pool) pause(ctx context.Context, tried int, failed error) error {
	wait := maxBackoff
	if tried < 16 {
		wait = min(wait, p.cfg.Backoff<<tried)
	}
	wait = wait/2 + rand.N(wait/2+1)
	for _, trace := range traces(ctx, p.conn.Trace) {
		if trace != nil && trace.Retry != nil {
			trace.Retry(failed, wait)
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.closing:
		return ErrPoolClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// older says whether a server gets on better with TLS 1.2: some do not recognise
// sessions of TLS 1.3 on data connections, and refuse them (522, 425).
type older uint8

const (
	olderUntried older = iota
	olderTried         // after data connections of 1.3 were refused
	olderBetter        // and those of 1.2 were not
	olderNoBetter
)

// usesOlder reports that new connections have TLS 1.2.
func (p *Pool) usesOlder() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.older == olderTried || p.older == olderBetter
}

// goOlder judges a transfer that has ended on c: true says that it should be tried
// again with TLS 1.2.
func (p *Pool) goOlder(c *Conn, err error) bool {
	state := c.TLS()
	if state == nil || !c.private {
		return false
	}
	refused := refusesTLS(err)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case state.Version == tls.VersionTLS13 && refused && p.older == olderUntried && allows12(p.conn.TLSConfig):
		p.older = olderTried
		return true
	case state.Version == tls.VersionTLS12 && p.older == olderTried && err == nil:
		p.older = olderBetter
	case state.Version == tls.VersionTLS12 && p.older == olderTried && refused:
		p.older = olderNoBetter
	}
	return false
}

// refusesTLS reports that a server may have refused a data connection for its TLS, in
// whatever mode.
func refusesTLS(err error) bool {
	code := Code(err)
	if code == ftp.CodeDataTLS || code == ftp.CodeNoDataConn || CauseOf(err) == ftp.CauseTLSHandshake {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && slices.ContainsFunc(e.Tried, func(a Attempt) bool { return refusesTLS(a.Err) })
}

// dropIdle closes the connections that nobody uses.
func (p *Pool) dropIdle() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, i := range idle {
		p.drop(i.conn)
	}
}

// allows12 reports that a configuration lets TLS 1.2 be spoken.
func allows12(config *tls.Config) bool {
	return config == nil || config.MinVersion <= tls.VersionTLS12
}

// atMost12 is the configuration without TLS 1.3.
func atMost12(config *tls.Config) *tls.Config {
	if config == nil {
		return &tls.Config{MaxVersion: tls.VersionTLS12}
	}
	config = config.Clone()
	config.MaxVersion = tls.VersionTLS12
	return config
}

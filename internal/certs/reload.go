package certs

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// attempts is how often files are read that change meanwhile.
	attempts = 3
	// DefaultInterval is how often Watch looks if it is not told.
	DefaultInterval = time.Minute
)

// Reload looks whether the files have changed (time, size, identity: a symbolic
// link that leads elsewhere counts) and loads them again if so. The pairs in use
// change together and only if all new ones are whole, fit and are in their time;
// else they stay and the error says why: renewals replace the two files one after
// the other, so the next look may well succeed. changed reports that clients see
// other certificates from now on; connections that exist keep theirs.
//
// A source of SelfSigned renews its certificate here.
func (s *Source) Reload() (changed bool, err error) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	current := s.current.Load()
	next, err := s.next(current)
	if err == nil && next.sum != current.sum {
		err = next.mayReplace(current, time.Now())
	}
	if err != nil {
		return false, fmt.Errorf("the certificates in use stay: %w", err)
	}
	s.current.Store(next)
	return next.sum != current.sum, nil
}

// reread loads the pairs if a file has changed since current.
func reread(current *state, pairs []Pair, open Opener) (*state, error) {
	if current != nil && !current.unsettled && current.unchanged() {
		return current, nil
	}
	var next *state
	var err error
	for range attempts {
		if next, err = loadPairs(pairs, open); !errors.Is(err, errMoving) {
			break
		}
	}
	return next, err
}

// unchanged reports whether all files are as they were.
func (s *state) unchanged() bool {
	for _, f := range s.files {
		if !f.same() {
			return false
		}
	}
	return true
}

// mayReplace refuses a certificate outside of its time in the place of one that
// is in it: an old file put back must not shut out the clients.
func (s *state) mayReplace(current *state, now time.Time) error {
	for _, old := range current.pairs {
		for _, p := range s.pairs {
			if p.pair == old.pair && within(old.cert.Leaf, now) && !within(p.cert.Leaf, now) {
				return fmt.Errorf("%s: %s", p.name(), period(p.cert.Leaf, now))
			}
		}
	}
	return nil
}

// Watch starts a goroutine that calls Reload every interval until ctx ends; an
// interval of zero or less is DefaultInterval. report hears of every change, of
// every error once and not at each look, and, with (false, nil), that an error is
// gone although nothing changed. It is called by that one goroutine, and may be
// nil. The channel that is returned is closed when the goroutine has ended.
func (s *Source) Watch(ctx context.Context, interval time.Duration, report func(changed bool, err error)) <-chan struct{} {
	if interval <= 0 {
		interval = DefaultInterval
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		said := ""
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			changed, err := s.Reload()
			text := ""
			if err != nil {
				text = err.Error()
			}
			if (changed || text != said) && report != nil {
				report(changed, err)
			}
			said = text
		}
	}()
	return ended
}

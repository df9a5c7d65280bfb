package cli

import (
	"context"
	"fmt"
	"sync"

	"ferry/internal/carry"
	"ferry/internal/remote"
)

// job is how the flags carry files of one server. Its pool must be closed.
func (c *client) job(ctx context.Context, t *remote.Target, f *transferFlags, w *progress) (*carry.Job, error) {
	c.retries = f.retries
	if c.retries == 0 || t.Type == 'a' {
		// What was written of a text cannot be counted on: no second attempt.
		c.retries = -1
	}
	pool, err := c.open(ctx, t, max(1, f.parallel)*max(1, f.segments))
	if err != nil {
		return nil, &clientError{t.String(), err}
	}
	var turn sync.Mutex
	return &carry.Job{
		Pool: pool, Resume: f.resume, KeepTime: f.keepTime, Verify: f.verify.of, TempName: f.tempName, Recursive: f.recursive,
		Parallel: f.parallel, Segments: f.segments, Limit: f.limit,
		Event: func(e carry.Event) {
			if f.quiet && e.Kind != "retry" {
				return
			}
			turn.Lock()
			defer turn.Unlock()
			w.event(e)
		},
	}, nil
}

// jobs does f for every target, with a job for each server; up to --parallel of
// them at once.
func (c *client) jobs(ctx context.Context, targets []*remote.Target, f *transferFlags, w *progress, do func(*carry.Job, *remote.Target) error) error {
	type server struct {
		*remote.Target
		job *carry.Job
	}
	var servers []server
	job := func(t *remote.Target) (*carry.Job, error) {
		for _, s := range servers {
			if s.SameServer(t) && (s.Type == 'a') == (t.Type == 'a') {
				return s.job, nil
			}
		}
		j, err := c.job(ctx, t, f, w)
		if err == nil {
			servers = append(servers, server{t, j})
		}
		return j, err
	}
	defer func() {
		for _, s := range servers {
			_ = s.job.Pool.Close() // all is done
		}
	}()
	var turn sync.Mutex
	return together(ctx, f.parallel, targets, func(t *remote.Target) error {
		turn.Lock()
		j, err := job(t)
		turn.Unlock()
		if err != nil {
			return err
		}
		if err := do(j, t); err != nil {
			return &clientError{t.String(), err}
		}
		return nil
	}, c.tell)
}

// together does f for every item, up to n of them at once, and goes on after a
// failure; the last one is returned, the others are told.
func together[T any](ctx context.Context, n int, items []T, f func(T) error, tell func(error)) error {
	var mu sync.Mutex
	var failed error
	var all sync.WaitGroup
	next := make(chan T)
	for range min(n, len(items)) {
		all.Go(func() {
			for item := range next {
				if err := f(item); err != nil {
					mu.Lock()
					tell(failed)
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		next <- item
	}
	close(next)
	all.Wait()
	if failed == nil {
		return ctx.Err()
	}
	return failed
}

// tell prints a failure that is not the last one.
func (c *client) tell(err error) {
	if err != nil {
		fmt.Fprintln(c.stderr, "ferry:", shortly(err))
	}
}

package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ferry/internal/nsnet"
)

// jobEnv is the variable of the environment that holds a world's job.
const jobEnv = "FERRY_LAB_JOB"

// World carries out the job of its environment, in a process that nsnet.Command has
// started, and writes a line of JSON for each result. A shell's error is that of its
// command.
func World(ctx context.Context, out io.Writer) error {
	text := os.Getenv(jobEnv)
	if text == "" {
		return errNoJob
	}
	w, err := nsnet.Enter()
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }() // it ends with the process
	var job Job
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	t, err := Find(job.Topology)
	if err != nil {
		return err
	}
	write := json.NewEncoder(out)
	skipAll := func(err error) error {
		for _, c := range cells(t, &job) {
			expected, _ := t.Predict(c) // a test says that there is one for each mode
			if err := write.Encode(&Result{Cell: c, Expected: expected, Skipped: err.Error()}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := os.Unsetenv(jobEnv); err != nil {
		return err
	}
	n, err := build(ctx, w, t, &job)
	if err == nil && job.Host != "" {
		return n.shell(ctx, &job)
	}
	var missing *MissingError
	if errors.As(err, &missing) {
		return skipAll(err)
	}
	if err != nil {
		return err
	}
	return n.tryAll(ctx, &job, write)
}

// cells lists what a job tries. The ports come first, before anybody has knocked.
func cells(t *Topology, job *Job) []Cell {
	modes := job.Modes
	if len(modes) == 0 {
		modes = t.Modes()
	}
	var list []Cell
	if job.Ports && planned(t) {
		list = append(list, Cell{Topology: t.Name, Family: t.Family(), TLS: job.TLS[0], Mode: Ports, Client: job.Clients[0], Server: job.Server})
	}
	for _, tls := range job.TLS {
		for _, client := range job.Clients {
			for _, mode := range modes {
				if !slices.Contains(t.Modes(), mode) {
					continue
				}
				list = append(list, Cell{Topology: t.Name, Family: t.Family(), TLS: tls, Mode: mode, Client: client, Server: job.Server})
			}
		}
	}
	return list
}

// planned says whether a filter of the topology comes from facts.
func planned(t *Topology) bool {
	for _, f := range t.Filters {
		if f.Facts != "" {
			return true
		}
	}
	return false
}

// tryAll tries each cell, with one server for each kind of TLS.
func (n *network) tryAll(ctx context.Context, job *Job, write *json.Encoder) error {
	s, err := newSite(n.world.Dir())
	if err != nil {
		return err
	}
	e, err := watch(n.hosts)
	if err != nil {
		return err
	}
	defer e.close()
	var server *serverProcess
	running := ""
	defer func() {
		if server != nil {
			server.stop()
		}
	}()
	for _, c := range cells(n.Topology, job) {
		r := Result{Cell: c}
		if c.Mode == Ports {
			r.Expected = Outcome{OK: true}
			if r.Outcome, r.Said, err = n.scan(e); err != nil {
				return err
			}
			if err := write.Encode(&r); err != nil {
				return err
			}
			continue
		}
		if r.Expected, err = n.Predict(c); err != nil {
			return err
		}
		if running != c.TLS {
			if server != nil {
				server.stop()
			}
			running = ""
			if server, err = n.serve(ctx, job.Server, c.TLS, s, job.Self); err == nil {
				running = c.TLS
			}
		}
		var missing *MissingError
		switch {
		case errors.As(err, &missing):
			r.Skipped = err.Error()
		case err != nil:
			return err
		default:
			if err := n.try(ctx, s, e, job.Self, job.Draw, &r); err != nil {
				return fmt.Errorf("%s, tls %s, %s: %w", c.Client, c.TLS, c.Mode, err)
			}
		}
		if err := write.Encode(&r); err != nil {
			return err
		}
	}
	return nil
}

// try fetches a file, stores it and lists, and looks at what became of it.
func (n *network) try(ctx context.Context, s *site, e *eyes, self string, draw bool, r *Result) error {
	dir, err := os.MkdirTemp(n.world.Dir(), "client-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it lies in the world's memory
	if err := os.WriteFile(filepath.Join(dir, "up"), s.file, 0o600); err != nil {
		return err
	}
	get, put, list := getting(r.Cell, n.serverAddress(), dir, self)
	if get == nil {
		r.Skipped = r.Client + " has no way to ask for this"
		return nil
	}
	if _, err := e.take(); err != nil {
		return err
	}
	stored := filepath.Join(s.root, "incoming", "up")
	_ = os.Remove(stored) // it is there if another cell has worked
	for _, step := range []struct {
		*try
		check func(said string) bool
	}{
		{get, func(string) bool { return same(filepath.Join(dir, "back"), s.file) }},
		{put, func(string) bool { return same(stored, s.file) }},
		{list, func(said string) bool { return bytes.Contains([]byte(said), []byte("incoming")) }},
	} {
		said, err := n.run(ctx, step.try)
		var missing *MissingError
		if errors.As(err, &missing) {
			r.Skipped = err.Error()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !step.check(said) {
			r.Said = said
			seen, err := e.take()
			if err != nil {
				return err
			}
			r.Outcome = n.judge(r.Cell, said, seen)
			if draw {
				r.Picture = n.draw(r.Cell, seen)
			}
			return nil
		}
		if draw {
			seen, err := e.take()
			if err != nil {
				return err
			}
			r.Picture = n.draw(r.Cell, seen)
			break
		}
	}
	r.Outcome = Outcome{OK: true}
	return nil
}

// same says whether a file holds these bytes.
func same(name string, want []byte) bool {
	got, err := os.ReadFile(name)
	return err == nil && bytes.Equal(got, want)
}

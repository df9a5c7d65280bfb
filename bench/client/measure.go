package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sample is what one run took.
type sample struct {
	wall, cpu time.Duration
}

// measure runs all clients in turn, in another order each round, and tells how
// they did.
func measure(ctx context.Context, o *options, s *server, clients []*client, t task, here string) (string, error) {
	samples := make(map[*client][]sample)
	failed := make(map[*client]error)
	order := slices.Clone(clients)
	for round := -1; round < o.rounds; round++ { // the first warms up and is not counted
		rand.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
		for _, c := range order {
			if failed[c] != nil {
				continue
			}
			place := here
			if t.kind == syncTree { // each client has the times that it has set itself
				place = filepath.Join(filepath.Dir(here), "sync-"+strings.ReplaceAll(s.name+c.name, " ", "-"))
			}
			got, err := once(ctx, c, s, &t, place)
			switch {
			case ctx.Err() != nil:
				return "", ctx.Err()
			case err != nil:
				failed[c] = err
			case got != nil && round >= 0:
				samples[c] = append(samples[c], *got)
			}
		}
	}
	return table(t.title, clients, samples, failed), nil
}

// once does the work once; nil is a client that cannot.
func once(ctx context.Context, c *client, s *server, t *task, here string) (*sample, error) {
	if err := t.prepare(s, here); err != nil {
		return nil, err
	}
	args, err := c.args(t, s, here)
	if err != nil || args == nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &said, &said
	began := time.Now()
	err = cmd.Run()
	wall := time.Since(began)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("not done after %v", runLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %.500s", c.name, err, said.String())
	}
	got, err := count(t.result(s, here))
	if err != nil {
		return nil, err
	}
	if got != t.want {
		return nil, fmt.Errorf("%s: %d files of %d bytes came out, not %d of %d: %.500s", c.name, got.files, got.bytes, t.want.files, t.want.bytes, said.String())
	}
	return &sample{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// table is the text of what was measured: the ratio says how much longer a client
// took than ferry.
func table(title string, clients []*client, samples map[*client][]sample, failed map[*client]error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n| client | median | min | max | CPU | takes, of ferry's time |\n|---|--:|--:|--:|--:|--:|\n", title)
	var base time.Duration
	for _, c := range clients {
		got := samples[c]
		if err := failed[c]; err != nil {
			fmt.Fprintf(&b, "| %s | failed: %.90s | | | | |\n", c.name, strings.Join(strings.Fields(err.Error()), " "))
			continue
		}
		if len(got) == 0 {
			fmt.Fprintf(&b, "| %s | cannot | | | | |\n", c.name)
			continue
		}
		slices.SortFunc(got, func(a, b sample) int { return int(a.wall - b.wall) })
		cpu := make([]time.Duration, len(got))
		for i, s := range got {
			cpu[i] = s.cpu
		}
		slices.Sort(cpu)
		median := got[len(got)/2].wall
		if base == 0 {
			base = median
		}
		fmt.Fprintf(&b, "| %s | %.3f s | %.3f s | %.3f s | %.2f s | %.2f |\n", c.name, median.Seconds(),
			got[0].wall.Seconds(), got[len(got)-1].wall.Seconds(), cpu[len(cpu)/2].Seconds(), float64(median)/float64(base))
	}
	return b.String()
}

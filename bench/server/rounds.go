package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// measureAll runs every measure and writes what comes out.
func (b *bench) measureAll(ctx context.Context, out io.Writer) error {
	for _, m := range measures() {
		if b.wanted(m.title) {
			if err := b.measureRate(ctx, out, m); err != nil {
				return err
			}
		}
	}
	for _, part := range []func(context.Context, io.Writer) error{b.measureCurve, b.measureMillion, b.measureIdle} {
		if err := part(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// candidates are the servers that a measure compares.
func (b *bench) candidates(able func(server) bool) []server {
	return slices.DeleteFunc(servers(), func(s server) bool {
		named := b.named()
		return !able(s) || named != nil && !slices.Contains(named, s.name)
	})
}

// measureRate runs one measure and writes its table.
func (b *bench) measureRate(ctx context.Context, out io.Writer, m measure) error {
	list := b.candidates(m.able)
	results, err := b.takeTurns(ctx, m, list)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, rateTable(m, list, results, b.figures))
	return err
}

// takeTurns runs a measure on every server, in turns, in another order each round, and
// notes the medians. A server that fails is left out from then on, and the others go
// on.
func (b *bench) takeTurns(ctx context.Context, m measure, list []server) (map[string][]result, error) {
	results := make(map[string][]result)
	for round := range b.rounds + 1 { // the first is not counted
		for i := range list {
			s := list[(i+round)%len(list)]
			if b.figures.reasons[m.title][s.name] != "" {
				continue
			}
			res, err := b.once(ctx, s, m, round == 0)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				b.figures.fail(m.title, s.name, oneLine(err))
				delete(results, s.name)
			} else if round > 0 {
				results[s.name] = append(results[s.name], res)
			}
		}
	}
	for name, runs := range results {
		b.figures.set(m.title, rate, name, median(runs, m.rate))
		b.figures.set(m.title, cpu, name, median(runs, m.cost))
	}
	return results, nil
}

// once starts a server, runs the measure, and stops it.
func (b *bench) once(ctx context.Context, s server, m measure, first bool) (result, error) {
	root := b.root()
	if m.disk {
		root = b.diskRoot()
	}
	r, err := b.start(ctx, s, root, m.tls, false)
	if err != nil {
		return result{}, err
	}
	if m.stores > 0 {
		err = warmMemory(m.stores + m.stores/2)
	}
	var res result
	if err == nil {
		res, err = load(r, m.sessions, m.span(b.length, first), m.task(b))
	}
	r.stop()
	if err == nil && m.turns > 0 {
		err = checkUploads(root, res.bytes/int64(m.turns))
	}
	// What one server's user has stored, another's cannot cut off; and what is
	// removed need not be written to the disk during the next run.
	if removed := removeUploads(root); err == nil {
		err = removed
	}
	return res, err
}

// uploads are the files that were stored.
func uploads(root string) ([]string, error) {
	return filepath.Glob(filepath.Join(root, "incoming", "*"))
}

// checkUploads wants all bytes in the files, where there are any.
func checkUploads(root string, want int64) error {
	files, err := uploads(root)
	if err != nil || len(files) == 0 {
		return err
	}
	var total int64
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		total += info.Size()
	}
	if total != want {
		return fmt.Errorf("%d bytes were stored, not %d", total, want)
	}
	return nil
}

func removeUploads(root string) error {
	files, err := uploads(root)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

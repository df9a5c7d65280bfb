package main

import (
	"context"
	"io"
	"strconv"
	"strings"
)

const curveTitle = "RETR 4 KiB, passive, by parallel sessions"

// measureCurve runs what of the curve was not run before, and writes the curve as
// one table.
func (b *bench) measureCurve(ctx context.Context, out io.Writer) error {
	var wanted, missing []measure
	for _, m := range curve() {
		if !b.wanted(m.title) {
			continue
		}
		wanted = append(wanted, m)
		if len(b.figures.values[key{m.title, rate}]) == 0 {
			missing = append(missing, m)
		}
	}
	if len(wanted) < 2 { // a point is no curve, and may have its table already
		if len(missing) > 0 {
			return b.measureRate(ctx, out, missing[0])
		}
		return nil
	}
	list := b.candidates(func(server) bool { return true })
	for _, m := range missing {
		if _, err := b.takeTurns(ctx, m, list); err != nil {
			return err
		}
	}
	b.figures.scale()
	_, err := io.WriteString(out, b.figures.curveTable(list))
	return err
}

// scale works out how the rate at 256 sessions stands to that at 64.
func (f *figures) scale() {
	for _, s := range servers() {
		at64, ok64 := f.get(smallDownload(passively, 64), rate, s.name)
		at256, ok256 := f.get(smallDownload(passively, 256), rate, s.name)
		if ok64 && ok256 {
			f.set(curveTitle, scaling, s.name, at256/at64)
		}
	}
}

// curveTable shows the medians: a row for each server, a column for each number of
// sessions. Reasons of failures stand below.
func (f *figures) curveTable(list []server) string {
	columns := []string{"server, transfers a second at"}
	for _, n := range parallel {
		columns = append(columns, strconv.Itoa(n))
	}
	var t, notes strings.Builder
	t.WriteString(heading(curveTitle, append(columns, "256 to 64")...))
	for _, s := range list {
		cells := []string{s.name}
		for _, n := range parallel {
			title, cell := smallDownload(passively, n), ""
			if v, ok := f.get(title, rate, s.name); ok {
				cell = thousands(v)
			}
			if reason := f.reasons[title][s.name]; reason != "" {
				cell = "failed"
				notes.WriteString("- " + s.name + " with " + sessions(n) + ": " + reason + "\n")
			}
			cells = append(cells, cell)
		}
		last := ""
		if v, ok := f.get(curveTitle, scaling, s.name); ok {
			last = thousands(v)
		}
		t.WriteString(row(append(cells, last)...))
	}
	if notes.Len() > 0 {
		t.WriteString("\n" + notes.String())
	}
	return t.String() + "\n"
}

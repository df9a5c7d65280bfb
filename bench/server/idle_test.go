package main

import (
	"strings"
	"testing"
)

func TestUnbearable(t *testing.T) {
	const gib = 1 << 30
	empty := idlePoint{processes: 1, available: 8 * gib}
	for _, c := range []struct {
		name   string
		points []idlePoint
		next   int
		want   string
	}{
		{"the first step is tried", []idlePoint{empty}, 500, ""},
		{"one process", []idlePoint{empty, {sessions: 5000, processes: 1, available: 7 * gib}}, 15000, ""},
		{"two processes a session", []idlePoint{empty, {sessions: 2000, processes: 4001, available: 7 * gib}}, 5000, "5,000 sessions would be 10,002 processes"},
		{"memory", []idlePoint{empty, {sessions: 1000, processes: 1, available: 6 * gib}}, 5000, "5,000 sessions would take 8192.0 MiB more, of 6144.0 MiB that are left"},
	} {
		if got := unbearable(c.points, c.next); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestIdleFigures(t *testing.T) {
	title := idleTitle(false)
	f := newFigures()
	f.noteIdle(title, []idleCourse{
		{server: ours, points: []idlePoint{
			{memory: 10 << 20},
			{sessions: 5000, memory: 10<<20 + 5000*4096},
			{sessions: mostIdle, memory: 10<<20 + 5000*4096 + 10000*6144, noop: latency{1000, 2000}, pwd: latency{1000, 3000}},
		}},
		{server: "vsftpd", points: []idlePoint{{}, {sessions: 500, memory: 1 << 20}}, stopped: "too many"},
	})
	for k, want := range map[kind]float64{perSession: (5000*4096 + 10000*6144) / 15000.0, slow: 3e-6, linearity: 1.5} {
		if got, ok := f.get(title, k, ours); !ok || got != want {
			t.Errorf("%s is %v, not %v", k, got, want)
		}
		if _, ok := f.get(title, k, "vsftpd"); ok {
			t.Errorf("%s of a server that did not come to the end", k)
		}
	}
	if table := idleTable(title, f.idle); !strings.Contains(table, "- vsftpd goes no further: too many") {
		t.Errorf("the table is\n%s", table)
	}
}

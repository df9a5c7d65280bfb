package main

import (
	"slices"
	"strings"
	"testing"
)

// TestGoalsAreMeasured finds goals whose measure does not exist.
func TestGoalsAreMeasured(t *testing.T) {
	known := append(titles(), curveTitle)
	for _, g := range goals() {
		if !slices.Contains(known, g.title) {
			t.Errorf("nothing measures %q", g.title)
		}
	}
	seen := make(map[string]bool)
	for _, title := range titles() {
		if seen[title] {
			t.Errorf("%q is there twice", title)
		}
		seen[title] = true
	}
}

func TestJudge(t *testing.T) {
	f := newFigures()
	f.set("r", rate, ours, 140)
	f.set("r", rate, "vsftpd", 60)
	f.set("r", rate, "Pure-FTPd", 100)
	f.set("r", rate, floorName, 200)
	f.set("r", cpu, ours, 0.012)
	f.set("r", cpu, "vsftpd", 0.010)
	f.set("m", growth, ours, 10<<20)
	f.fail("broken", ours, "it has ended")
	f.set("alone", rate, ours, 5)
	for _, c := range []struct {
		goal
		outcome, measured string
	}{
		{goal{"r", rate, 1.4, bestPeer}, reached, "1.40 x (140 a second; Pure-FTPd 100 a second)"},
		{goal{"r", rate, 1.5, bestPeer}, missed, "1.40 x (140 a second; Pure-FTPd 100 a second)"},
		{goal{"r", rate, 2, "vsftpd"}, reached, "2.33 x (140 a second; vsftpd 60.0 a second)"},
		{goal{"r", rate, 0.8, floorName}, missed, "0.70 x (140 a second; floor 200 a second)"},
		{goal{"r", cpu, 1.1, bestPeer}, missed, "1.20 x (12.00 ms; vsftpd 10.00 ms)"},
		{goal{"r", cpu, 1.3, bestPeer}, reached, "1.20 x (12.00 ms; vsftpd 10.00 ms)"},
		{goal{"m", growth, 32 << 20, itself}, reached, "10.0 MiB"},
		{goal{"m", growth, 8 << 20, itself}, missed, "10.0 MiB"},
		{goal{"broken", rate, 1, bestPeer}, missed, "ferry: it has ended"},
		{goal{"alone", rate, 1, bestPeer}, open, "ferry 5.00 a second, the others nothing"},
		{goal{"nothing", rate, 1, bestPeer}, open, ""},
	} {
		if v := c.judge(f); v.outcome != c.outcome || v.measured != c.measured {
			t.Errorf("%s: %s, %s", c.goal, v.outcome, v.measured)
		}
	}
}

func TestGoalsInWords(t *testing.T) {
	for _, c := range []struct {
		goal
		want string
	}{
		{goal{"RETR", rate, 1.4, bestPeer}, "RETR: at least 1.4 x the best peer"},
		{goal{"RETR", cpu, 1.1, bestPeer}, "RETR: CPU at most 1.1 x the best peer"},
		{goal{"MLSD", growth, 32 << 20, itself}, "MLSD: memory at most 32.0 MiB"},
		{goal{"curve", scaling, 0.9, itself}, "curve: the rate with 256 sessions at least 0.9 x that with 64"},
	} {
		if got := c.String(); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}

func TestMissesComeFirst(t *testing.T) {
	sorted := sortVerdicts([]verdict{{outcome: reached, measured: "1"}, {outcome: missed, measured: "2"}, {outcome: open, measured: "3"}, {outcome: missed, measured: "4"}})
	order := ""
	for _, v := range sorted {
		order += v.measured
	}
	if order != "2431" {
		t.Errorf("the order is %s", order)
	}
}

func TestFailuresAreTold(t *testing.T) {
	m := measure{title: "RETR"}
	f := newFigures()
	f.fail("RETR", "vsftpd", "it has ended")
	f.set("RETR", rate, ours, 10)
	list := servers()[:3]
	table := rateTable(m, list, map[string][]result{ours: {{ops: 10, took: 1e9}}}, f)
	if !strings.Contains(table, "| vsftpd | failed: it has ended |") || !strings.Contains(table, "| ferry | 10.0 | 10.0 | 10.0 |") {
		t.Errorf("the table is\n%s", table)
	}
}

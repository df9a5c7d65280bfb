package main

import (
	"fmt"
	"strings"
)

// What a goal is held against, besides a server by its name.
const (
	bestPeer = "the best peer"
	itself   = "" // the limit is a value of its own
)

// A goal is what ferry is to reach in one figure.
type goal struct {
	title   string
	kind    kind
	limit   float64 // a multiple of what it is held against, or the value itself
	against string
}

// goals are all of them. They stand for themselves: nothing is measured for their
// sake only.
func goals() []goal {
	var all []goal
	add := func(title string, k kind, limit float64, against string) {
		all = append(all, goal{title, k, limit, against})
	}
	for _, n := range []int{1, 8} {
		add(bigDownload(false, n), rate, 1, bestPeer)
		add(bigDownload(false, n), cpu, 1.1, bestPeer)
		add(bigDownload(true, n), rate, 2, "vsftpd")
		add(bigDownload(true, n), rate, 1, bestPeer)
		for _, secure := range []bool{false, true} {
			for _, disk := range []bool{false, true} {
				add(bigUpload(secure, disk, n), rate, 1, bestPeer)
			}
		}
	}
	add(smallDownload(passively, 1), rate, 1.4, bestPeer)
	add(smallDownload(passively, 8), rate, 1, bestPeer)
	for _, n := range []int{1, 8} {
		add(smallDownload(passively, n), rate, 0.8, floorName)
		add(smallDownload(actively, n), rate, 1, bestPeer)
		add(smallDownload(securely, n), rate, 1.5, bestPeer)
		add(smallUpload(n), rate, 1.2, bestPeer)
	}
	for _, n := range []int{1, 16} {
		add(logins(n), rate, 1.5, bestPeer)
	}
	for _, command := range []string{"LIST", "MLSD"} {
		add(listing(command), rate, 2, bestPeer)
	}
	add(millionTitle, firstByte, 0.1, itself)
	add(millionTitle, growth, 32<<20, itself)
	add(curveTitle, scaling, 0.9, itself)
	for _, secure := range []bool{false, true} {
		most := 8.0
		if secure {
			most = 32
		}
		add(idleTitle(secure), perSession, most*1024, itself)
		add(idleTitle(secure), slow, 5e-3, itself)
		add(idleTitle(secure), linearity, 1.25, itself)
	}
	return all
}

// atLeast reports whether more is better.
func (g goal) atLeast() bool { return g.kind == rate || g.kind == scaling }

// String says the goal in words.
func (g goal) String() string {
	text := g.title + ": "
	switch g.kind {
	case rate:
	case cpu:
		text += "CPU "
	case scaling:
		text += "the rate with 256 sessions "
	case firstByte:
		text += "the first byte after "
	case growth:
		text += "memory "
	case perSession:
		text += "memory for each of " + thousandsOf(mostIdle) + " sessions "
	case slow:
		text += "99 of 100 commands with " + thousandsOf(mostIdle) + " sessions in "
	case linearity:
		text += "memory for a session more, of that with fewer, "
	}
	if g.atLeast() {
		text += "at least "
	} else {
		text += "at most "
	}
	if g.against != itself {
		against := g.against
		if against == floorName {
			against = "the floor"
		}
		return text + fmt.Sprintf("%.1f x ", g.limit) + against
	}
	if g.kind == scaling {
		return text + fmt.Sprintf("%.1f x that with 64", g.limit)
	}
	return text + g.show(g.limit)
}

// show gives a value of the goal's kind with its unit.
func (g goal) show(v float64) string {
	switch g.kind {
	case rate:
		if strings.Contains(g.title, "1 GiB") {
			return thousands(v/1e6) + " MB/s"
		}
		return thousands(v) + " a second"
	case cpu, firstByte, slow:
		return showTime(v)
	case growth, perSession:
		return showBytes(v)
	case scaling, linearity:
	}
	return fmt.Sprintf("%.2f x", v)
}

// A verdict is how a goal stands: reached, missed or open, with the words for it.
type verdict struct {
	goal
	measured string
	outcome  string
}

const (
	missed  = "missed"
	open    = "not measured"
	reached = "reached"
)

// judge holds a goal against the figures.
func (g goal) judge(f *figures) verdict {
	v := verdict{goal: g, outcome: open}
	value, ok := f.get(g.title, g.kind, ours)
	if !ok {
		if reason := f.reasons[g.title][ours]; reason != "" {
			v.measured, v.outcome = "ferry: "+reason, missed
		}
		return v
	}
	other, reference := g.against, 1.0
	switch g.against {
	case itself:
	case bestPeer:
		other, reference, ok = f.best(g.title, g.kind)
	default:
		reference, ok = f.get(g.title, g.kind, g.against)
	}
	if !ok || reference <= 0 {
		v.measured = "ferry " + g.show(value) + ", the others nothing"
		return v
	}
	ratio := value / reference
	if g.against == itself {
		v.measured = g.show(value)
	} else {
		v.measured = fmt.Sprintf("%.2f x (%s; %s %s)", ratio, g.show(value), other, g.show(reference))
	}
	v.outcome = missed
	if g.atLeast() && ratio >= g.limit || !g.atLeast() && ratio <= g.limit {
		v.outcome = reached
	}
	return v
}

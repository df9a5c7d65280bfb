package main

import (
	"fmt"
	"strings"
	"time"
)

// A measure is one row of the goals that is told as a rate: what is done, and how it
// is counted.
type measure struct {
	title    string
	tls      bool
	disk     bool // uploads go to a disk
	perByte  bool // counted in bytes, not in operations
	floor    bool // the floor can do it
	stores   int  // bytes that a run uploads
	sessions int
	turns    int // how often each session does it, 0 for as long as -time says
	task     func(b *bench) task
}

// parallel are the numbers of sessions of the curve.
var parallel = []int{1, 2, 4, 8, 16, 32, 64, 128, 256}

func sessions(n int) string {
	if n == 1 {
		return "1 session"
	}
	return fmt.Sprintf("%d sessions", n)
}

func plainOrTLS(secure bool) string {
	if secure {
		return "TLS"
	}
	return "plain"
}

// The titles of measures are made here, for measures and goals alike.

func bigDownload(secure bool, n int) string {
	return fmt.Sprintf("RETR 1 GiB, %s, %s", plainOrTLS(secure), sessions(n))
}

func bigUpload(secure, disk bool, n int) string {
	where := "memory"
	if disk {
		where = "disk"
	}
	return fmt.Sprintf("STOR 1 GiB to %s, %s, %s", where, plainOrTLS(secure), sessions(n))
}

func smallDownload(how string, n int) string { return "RETR 4 KiB, " + how + ", " + sessions(n) }

// How the small files are fetched.
const (
	passively = "passive"
	actively  = "active"
	securely  = "TLS with resumption"
)

func smallUpload(n int) string { return "STOR 4 KiB, " + sessions(n) }

func logins(n int) string { return fmt.Sprintf("connect, login, quit, %d at a time", n) }

func listing(command string) string { return command + " of 10,000 files" }

// measures are all of them but the curve.
func measures() []measure {
	var all []measure
	for _, secure := range []bool{false, true} {
		for _, n := range []int{1, 8} {
			turns := 1
			if n == 1 {
				turns = 2
			}
			all = append(all, measure{
				title: bigDownload(secure, n), tls: secure, perByte: true, floor: !secure, sessions: n, turns: turns,
				task: func(*bench) task { return downloadBig },
			})
		}
	}
	for _, secure := range []bool{false, true} {
		for _, disk := range []bool{false, true} {
			for _, n := range []int{1, 8} {
				all = append(all, measure{
					title: bigUpload(secure, disk, n), tls: secure, disk: disk, perByte: true, stores: bigSize, sessions: n, turns: 1,
					task: func(b *bench) task { return b.upload(bigSize / int64(n)) },
				})
			}
		}
	}
	for _, n := range []int{1, 8} {
		all = append(all,
			measure{title: smallDownload(passively, n), floor: true, sessions: n, task: func(*bench) task { return downloadSmall(false) }},
			measure{title: smallDownload(actively, n), floor: true, sessions: n, task: func(*bench) task { return downloadSmall(true) }},
			measure{title: smallDownload(securely, n), tls: true, sessions: n, task: func(*bench) task { return downloadSmall(false) }},
			measure{title: smallUpload(n), sessions: n, task: func(b *bench) task { return b.upload(smallSize) }})
	}
	for _, n := range []int{1, 16} {
		all = append(all, measure{title: logins(n), floor: true, sessions: n, task: func(*bench) task { return login }})
	}
	for _, command := range []string{"LIST", "MLSD"} {
		all = append(all, measure{title: listing(command), sessions: 1, task: func(*bench) task { return list(command) }})
	}
	return all
}

// curve are the measures that show how transfers grow with sessions; some of them
// are among measures too, and are run once.
func curve() []measure {
	var all []measure
	for _, n := range parallel {
		all = append(all, measure{title: smallDownload(passively, n), floor: true, sessions: n, task: func(*bench) task { return downloadSmall(false) }})
	}
	return all
}

// titles are those of all that -only can name.
func titles() []string {
	var all []string
	for _, m := range measures() {
		all = append(all, m.title)
	}
	for _, m := range curve() {
		if m.sessions != 1 && m.sessions != 8 {
			all = append(all, m.title)
		}
	}
	return append(all, millionTitle, idleTitle(false), idleTitle(true))
}

// able reports whether a server has what a measure needs.
func (m *measure) able(s server) bool {
	return (s.name != floorName || m.floor) && (s.mlsd || !strings.HasPrefix(m.title, "MLSD"))
}

// rate is what a run did in a second.
func (m *measure) rate(r result) float64 {
	if m.perByte {
		return float64(r.bytes) / r.took.Seconds()
	}
	return float64(r.ops) / r.took.Seconds()
}

// cost is the server's processor time in seconds for a GiB, or for an operation.
func (m *measure) cost(r result) float64 {
	if m.perByte {
		return r.cpu.Seconds() / (float64(r.bytes) / (1 << 30))
	}
	return r.cpu.Seconds() / float64(r.ops)
}

// span is how long a run is; the first one, which only warms up, is short.
func (m *measure) span(length time.Duration, first bool) span {
	if first {
		return span{length / 4, m.turns}
	}
	return span{length, m.turns}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// idleSteps are the numbers of idle sessions at which a server is looked at; the
// last is that of the goals.
var idleSteps = []int{500, 1000, 2000, 5000, mostIdle}

const mostIdle = 15_000

func idleTitle(secure bool) string { return "idle sessions, " + plainOrTLS(secure) }

// idlePoint is what a server holds with a number of idle sessions, and how it
// answers then.
type idlePoint struct {
	sessions  int
	processes int
	memory    int64 // bytes, of all processes
	kernel    int64 // bytes, for all processes
	available int64 // bytes that the machine still has
	noop, pwd latency
}

// idleCourse is how that grows.
type idleCourse struct {
	server  string
	secure  bool
	points  []idlePoint // the first is that without sessions
	stopped string      // why it does not go on to the end
}

// perSession is the memory in bytes for each session that a point has more than
// another, and the kernel's share of it.
func (p idlePoint) perSession(less idlePoint) (memory, kernel float64) {
	n := float64(p.sessions - less.sessions)
	return float64(p.memory-less.memory) / n, float64(p.kernel-less.kernel) / n
}

// measureIdle holds idle sessions at each server, plain and under TLS.
func (b *bench) measureIdle(ctx context.Context, out io.Writer) error {
	list := b.candidates(func(s server) bool { return s.name != floorName })
	for _, secure := range []bool{false, true} {
		title := idleTitle(secure)
		if !b.wanted(title) {
			continue
		}
		var courses []idleCourse
		for _, s := range list {
			c := b.idle(ctx, s, secure)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			courses = append(courses, c)
		}
		b.figures.noteIdle(title, courses)
		if _, err := io.WriteString(out, idleTable(title, courses)); err != nil {
			return err
		}
	}
	return nil
}

// idle lets idle sessions of one server grow step by step, until the last step or
// until the next one would be too much for the machine.
func (b *bench) idle(ctx context.Context, s server, secure bool) idleCourse {
	course := idleCourse{server: s.name, secure: secure}
	fail := func(err error) idleCourse {
		course.stopped = "failed: " + oneLine(err)
		return course
	}
	r, err := b.start(ctx, s, b.root(), secure, true)
	if err != nil {
		return fail(err)
	}
	defer r.stop()
	first, err := lookIdle(r, nil, 0)
	if err != nil {
		return fail(err)
	}
	course.points = append(course.points, first)
	var crowd crowd
	defer crowd.close()
	for _, n := range idleSteps {
		if course.stopped = unbearable(course.points, n); course.stopped != "" {
			break
		}
		err := crowd.grow(ctx, r, n)
		if errors.Is(err, errCrowdTime) {
			course.stopped = fmt.Sprintf("%s sessions were not there after %v", thousandsOf(n), crowdLimit)
			break
		}
		if err != nil {
			return fail(fmt.Errorf("session %d: %w", crowd.size()+1, err))
		}
		p, err := lookIdle(r, crowd.active, n)
		if err != nil {
			return fail(fmt.Errorf("with %d sessions: %w", n, err))
		}
		course.points = append(course.points, p)
	}
	return course
}

// settling is how long a server is left alone before it is looked at.
const settling = 500 * time.Millisecond

// lookIdle looks at a server with n sessions, of which one becomes active then.
func lookIdle(r *running, active *session, n int) (p idlePoint, err error) {
	time.Sleep(settling)
	p = idlePoint{
		sessions: n, processes: len(r.account.pids()), available: available(),
		memory: r.account.resident(), kernel: r.account.kernel(),
	}
	if active == nil {
		return p, nil
	}
	p.noop, p.pwd, err = latencies(active)
	return p, err
}

// mostProcesses bounds what a machine is asked to bear.
const mostProcesses = 4200

// unbearable says why the next step must not be tried, from the points before it: no
// more than half of the memory that is there may go, and no more processes than
// mostProcesses may be. It is "" where it can.
func unbearable(points []idlePoint, next int) string {
	last, first := points[len(points)-1], points[0]
	if last.sessions == 0 {
		return ""
	}
	more := float64(next - last.sessions)
	if all := float64(last.processes) / float64(last.sessions) * float64(next); all > mostProcesses {
		return fmt.Sprintf("%s sessions would be %s processes", thousandsOf(next), thousands(all))
	}
	// What the machine has less covers the kernel's share and the other end too.
	each := float64(first.available-last.available) / float64(last.sessions)
	if need := each * more; need > float64(last.available)/2 {
		return fmt.Sprintf("%s sessions would take %s more, of %s that are left", thousandsOf(next), showBytes(need), showBytes(float64(last.available)))
	}
	return ""
}

// noteIdle notes the figures of the goals.
func (f *figures) noteIdle(title string, courses []idleCourse) {
	f.idle = append(f.idle, courses...)
	for _, c := range courses {
		if c.stopped != "" {
			f.fail(title, c.server, c.stopped)
		}
		if len(c.points) == 0 {
			continue
		}
		first, last := c.points[0], c.points[len(c.points)-1]
		if last.sessions != mostIdle {
			continue
		}
		memory, _ := last.perSession(first)
		f.set(title, perSession, c.server, memory)
		f.set(title, slow, c.server, max(last.noop.p99, last.pwd.p99).Seconds())
		before := c.points[len(c.points)-2]
		if early, _ := before.perSession(first); early > 0 {
			late, _ := last.perSession(before)
			f.set(title, linearity, c.server, late/early)
		}
	}
}

func idleTable(title string, courses []idleCourse) string {
	var t, notes strings.Builder
	t.WriteString(heading(title, "server", "sessions", "processes", "memory", "memory a session", "kernel's share a session",
		"NOOP, median", "99th percentile", "PWD, median", "99th percentile"))
	for _, c := range courses {
		for _, p := range c.points {
			cells := []string{c.server, thousandsOf(p.sessions), thousandsOf(p.processes), showBytes(float64(p.memory)), "", "", "", "", "", ""}
			if p.sessions > 0 {
				memory, kernel := p.perSession(c.points[0])
				cells[4] = showBytes(memory)
				if p.kernel > 0 {
					cells[5] = showBytes(kernel)
				}
				for i, d := range []time.Duration{p.noop.median, p.noop.p99, p.pwd.median, p.pwd.p99} {
					cells[6+i] = showTime(d.Seconds())
				}
			}
			t.WriteString(row(cells...))
		}
		if c.stopped != "" {
			notes.WriteString("- " + c.server + " goes no further: " + c.stopped + "\n")
		}
	}
	if notes.Len() > 0 {
		t.WriteString("\n" + notes.String())
	}
	return t.String() + "\n"
}

package interop_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ferry/internal/peers"
)

// soak is many sessions at once against the program, for some time.
type soak struct {
	server *peers.Server
	cert   peers.Certificate
	seed   uint64
	busy   int // sessions that transfer

	mu      sync.Mutex
	replies map[string]int
	actions map[string]int
	faults  map[string]int
	ports   int // that the server listened at when all was over
}

func (s *soak) count(reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[reply]++
}

func (s *soak) did(action string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.actions[action]++
}

// fault notes what should not have been. Numbers are left out, so that faults of
// one kind count as one.
func (s *soak) fault(action string, err error) {
	text := action + ": " + soakNumbers.ReplaceAllString(err.Error(), "N")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[text]++
}

var soakNumbers = regexp.MustCompile(`\d{4,}|127\.\d+\.\d+\.\d+`)

// soakSetting is a number from the environment; the default is for every run of
// the tests, a short one that keeps the soak in order.
func soakSetting(t *testing.T, name string, short int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return short
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, text, err)
	}
	return n
}

// TestSoak holds SOAK_SESSIONS sessions for SOAK_TIME, one in 25 of which
// transfers all the time, in every mode, with faults among it that the clients
// make. Nothing may fail but those, and what the server holds must go back to what
// it held before. "make soak" runs it at full length.
func TestSoak(t *testing.T) {
	sessions, length := soakSetting(t, "SOAK_SESSIONS", 100), 3*time.Second
	if text := os.Getenv("SOAK_TIME"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	s := &soak{
		seed: uint64(soakSetting(t, "SOAK_SEED", int(rand.Uint32()))), busy: max(sessions/25, 20),
		cert: peers.NewCertificate(t), replies: make(map[string]int), actions: make(map[string]int), faults: make(map[string]int),
	}
	root := peers.NewRoot(t)
	for name, size := range soakSizes {
		if err := os.WriteFile(filepath.Join(root, name), soakFile[:size], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cfg := peers.Config{Root: root, Write: true, Options: []string{
		"ssl_enable=YES", "allow_anon_ssl=YES", "rsa_cert_file=" + s.cert.CertFile, "rsa_private_key_file=" + s.cert.KeyFile,
		"max_clients=0", "accept_timeout=5", "connect_timeout=30", "data_connection_timeout=120", "idle_session_timeout=300", "delete_failed_uploads=YES",
	}}
	fresh := goroutinesOf(t, peers.Ferry(t, cfg))
	s.server = peers.Ferry(t, cfg)
	t.Logf("seed %d, %d sessions, %d of them transferring, %v", s.seed, sessions, s.busy, length)
	before := s.held(t)
	t.Logf("before: %v", before)

	clients := make([]*soaker, sessions)
	ready := make(chan struct{}, 32) // how many log in at a time
	var in, out sync.WaitGroup
	begin, end := make(chan struct{}), make(chan struct{})
	for i := range clients {
		c := newSoaker(s, i)
		clients[i] = c
		in.Add(1)
		out.Go(func() {
			ready <- struct{}{}
			err := c.login()
			<-ready
			in.Done()
			if err != nil {
				s.fault("login", err)
				c.lose(true)
				return
			}
			<-begin
			c.live(end, i < s.busy)
		})
	}
	in.Wait()
	t.Logf("all are logged in: %v", s.held(t))
	close(begin)
	over := time.NewTimer(length)
	defer over.Stop()
	look := time.NewTicker(max(length/4, time.Second))
	defer look.Stop()
	for running := true; running; {
		select {
		case <-over.C:
			running = false
		case <-look.C:
			t.Logf("meanwhile: %v", s.held(t))
		}
	}
	close(end)
	out.Wait()
	s.settle(t, before)
	s.report(t, sessions)

	// What a fresh server has, and one for each passive port that stays open.
	after, ports := goroutinesOf(t, s.server), s.ports
	if after > fresh+ports {
		t.Errorf("%d goroutines, a fresh server has %d and %d passive ports are open", after, fresh, ports)
		tally := make(map[string]int)
		for _, by := range regexp.MustCompile(`(?m)^created by (\S+)`).FindAllStringSubmatch(s.server.Output(), -1) {
			tally[by[1]]++
		}
		t.Logf("created by: %v", tally)
	}
	t.Logf("goroutines: %d, of a fresh server %d, passive ports that stay open %d", after, fresh, ports)
}

// live is a session until the end.
func (c *soaker) live(end <-chan struct{}, busy bool) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-end:
			if err := c.quit(); err != nil {
				c.soak.fault("QUIT", err)
			}
			return
		case <-pause.C:
		}
		var name string
		var err error
		if busy {
			name, err = c.act()
			pause.Reset(0)
		} else {
			name, err = "idle", c.do("NOOP", "200")
			pause.Reset(time.Duration(1+c.rand.IntN(30)) * time.Second)
		}
		c.soak.did(name)
		if err == nil {
			continue
		}
		c.soak.fault(name, err)
		c.lose(true)
		if err := c.login(); err != nil {
			c.soak.fault("login after a fault", err)
			c.lose(true)
			return
		}
	}
}

// held is what the server's process holds.
type held struct {
	descriptors, ports, pipes, threads int
	memory                             string
	what                               []string // the descriptors
}

func (h held) String() string {
	return fmt.Sprintf("%d descriptors besides %d of listeners and %d of pipes, %d threads, %s resident", h.descriptors, h.ports, h.pipes, h.threads, h.memory)
}

// held looks at the process. Passive ports that stay open for the next session are
// told apart from what sessions hold, and so are pipes: package net keeps those
// through which it has spliced uploads, until they are collected.
func (s *soak) held(t *testing.T) held {
	t.Helper()
	listening := make(map[string]bool)
	for _, table := range []string{"net/tcp", "net/tcp6"} {
		for line := range strings.Lines(proc(t, s.server, table)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" {
				listening["socket:["+f[9]+"]"] = true
			}
		}
	}
	dir := fmt.Sprintf("/proc/%d/fd", s.server.PID())
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	h := held{memory: procStatus(t, s.server, "VmRSS")}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		switch {
		case err != nil: // closed meanwhile
		case listening[target]:
			h.ports++
		case strings.HasPrefix(target, "pipe:"):
			h.pipes++
		default:
			h.descriptors++
			h.what = append(h.what, target)
		}
	}
	h.threads, err = strconv.Atoi(procStatus(t, s.server, "Threads"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// settle waits until the server holds no more than before.
func (s *soak) settle(t *testing.T, before held) {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		now := s.held(t)
		if now.descriptors <= before.descriptors && now.pipes <= before.pipes+2*s.busy {
			t.Logf("after: %v", now)
			s.ports = now.ports
			return
		}
		select {
		case <-limit.C:
			t.Errorf("a minute after the last session: %v: %q", now, now.what)
			s.ports = now.ports
			return
		case <-retry.C:
		}
	}
}

// report prints what was done, and every fault.
func (s *soak) report(t *testing.T, sessions int) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(s.actions)) {
		t.Logf("%8d  %s", s.actions[name], name)
	}
	var replies []string
	for _, name := range slices.Sorted(maps.Keys(s.replies)) {
		replies = append(replies, fmt.Sprintf("%s: %d", name, s.replies[name]))
	}
	t.Logf("replies: %s", strings.Join(replies, ", "))
	for text, n := range s.faults {
		t.Errorf("%d times: %s", n, text)
	}
	if n := s.replies["PASS 230"]; n < sessions {
		t.Errorf("only %d logins", n)
	}
	for _, word := range []string{"internal-error", "panic", "fatal error"} {
		if i := strings.Index(s.server.Output(), word); i >= 0 {
			t.Errorf("the server's log: %s", s.server.Output()[max(i-200, 0):min(i+2000, len(s.server.Output()))])
		}
	}
}

// goroutinesOf ends a server so that it shows its goroutines, and counts them.
func goroutinesOf(t *testing.T, s *peers.Server) int {
	t.Helper()
	if err := syscall.Kill(s.PID(), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	s.Wait()
	if !strings.Contains(s.Output(), "\ngoroutine ") {
		t.Fatalf("the server shows no goroutines: %s", s.Output())
	}
	return strings.Count(s.Output(), "\ncreated by ferry/") // not those of the runtime, whose number is its own
}

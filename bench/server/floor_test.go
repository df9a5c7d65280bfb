package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"
)

// TestFloor fetches from the floor, over both kinds of data connections, by what the
// measures are made of.
func TestFloor(t *testing.T) {
	blockFreely(t)
	root := t.TempDir()
	for i := range smallFiles {
		if err := os.WriteFile(filepath.Join(root, smallName(i)), make([]byte, smallSize), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := floorListen(0)
	if err != nil {
		t.Fatal(err)
	}
	port, err := boundPort(listener)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = floorAccept(listener, root) }() // it ends with the test's process
	r := &running{server: server{name: floorName}, place: place{port: port}, account: &account{}}
	for _, c := range []struct {
		name string
		task task
		want int64
	}{{"passive", downloadSmall(false), smallSize}, {"active", downloadSmall(true), smallSize}, {"login", login, 0}} {
		res, err := load(r, 3, span{length: time.Minute, turns: 20}, c.task)
		if err != nil || res.ops != 60 || res.bytes != 60*c.want {
			t.Errorf("%s: %d operations, %d bytes, %v", c.name, res.ops, res.bytes, err)
		}
	}
	if noop, pwd, err := latenciesAt(r); err == nil {
		t.Errorf("the floor has no PWD, but it took %v and %v", noop, pwd)
	}
	r.port = 1 // nobody listens there
	if _, err := load(r, 1, span{turns: 1}, login); err == nil {
		t.Error("no server, but no error")
	}
}

// blockFreely lets a test block in calls of its own as main does: nothing stops the world meanwhile, and
// there are threads for the other end.
func blockFreely(t *testing.T) {
	t.Helper()
	percent, restore := debug.SetGCPercent(-1), allow(2)
	t.Cleanup(func() {
		restore()
		debug.SetGCPercent(percent)
	})
}

// latenciesAt measures with a session of its own.
func latenciesAt(r *running) (noop, pwd latency, err error) {
	s, err := newSession(r)
	if err != nil {
		return noop, pwd, err
	}
	defer s.close()
	return latencies(s)
}

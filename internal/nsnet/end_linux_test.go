package nsnet

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// markEnv marks the processes of one test by a value that nobody else has.
const markEnv = "FERRY_NSNET_MARK"

// TestKilledStarter kills the process that has started a world, in which a daemon
// runs on a host, and waits for the end of all. The starter has no chance to
// clean up.
func TestKilledStarter(t *testing.T) {
	needWorld(t)
	mark := markEnv + "=" + rand.Text()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	starter := exec.CommandContext(t.Context(), exe)
	as(starter, "starter")
	starter.Env = append(starter.Env, mark)
	starter.Stderr = t.Output()
	stdout, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		t.Fatalf("the world says %q: %v", line, err)
	}

	// The starter, the world's first process, its program, and the daemon.
	processes := marked(t, mark)
	if len(processes) != 4 {
		t.Fatalf("%d processes have the mark, want 4", len(processes))
	}
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	namespaces := make(map[string]bool)
	for _, pid := range processes {
		ns, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
		if err != nil {
			t.Fatal(err)
		}
		if ns != own {
			namespaces[ns] = true
		}
	}
	if len(namespaces) != 2 {
		t.Fatalf("the namespaces are %v, want the world's and the host's", namespaces)
	}
	var pidfds []int
	for _, pid := range processes {
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		pidfds = append(pidfds, fd)
	}

	// Whoever comes later may be in another namespace that has got the same number.
	links, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	members := inside(t, namespaces, links)
	if len(members) < 2 {
		t.Fatalf("only %v are in the namespaces", members)
	}

	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for i, fd := range pidfds {
		if err := awaitPidfd(fd); err != nil {
			t.Errorf("process %d: %v", processes[i], err)
		}
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Error(err)
	}
	if err := starter.Wait(); err == nil {
		t.Error("the starter has ended by itself")
	}
	if left := marked(t, mark); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	for _, link := range inside(t, namespaces, members) {
		t.Errorf("%s is still in a namespace of the world", link)
	}
}

// inside gives those of the links to the network namespaces of threads that lead to one of
// namespaces.
func inside(t *testing.T, namespaces map[string]bool, links []string) (those []string) {
	t.Helper()
	for _, link := range links {
		if ns, err := os.Readlink(link); err == nil && namespaces[ns] {
			those = append(those, link)
		}
	}
	return those
}

// marked lists the processes that have the mark in their environment.
func marked(t *testing.T, mark string) (pids []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append([]byte{0}, text...), []byte("\x00"+mark+"\x00")) {
			continue // it has ended, or belongs to somebody else
		}
		pid, err := strconv.Atoi(strings.Split(file, "/")[2])
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// playStarter runs a world until it is killed.
func playStarter(*World, []string) error {
	cmd := Command(context.Background(), selfPath)
	as(cmd, "held")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// playHeld leaves a daemon on a host, and stays.
func playHeld(w *World, _ []string) error {
	h, err := w.AddHost("h")
	if err != nil {
		return err
	}
	if _, err := startDaemon(h); err != nil {
		return err
	}
	return playSignals(nil, nil)
}

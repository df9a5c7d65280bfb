package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// account counts what a server and all that it starts use: a control group, of
// either version of the kernel's interface.
type account struct {
	cpu    string // folder with the processor time
	memory string // folder with the kernel's memory, "" where it is not counted
	v2     bool
}

// newAccount makes a control group. Memory is counted only on demand, as counting
// costs the server time.
func newAccount(name string, memory bool) (*account, error) {
	name = fmt.Sprintf("ferry-bench-%d-%s", os.Getpid(), name)
	const top = "/sys/fs/cgroup"
	if dir := filepath.Join(top, "cpuacct", name); os.Mkdir(dir, 0o755) == nil {
		a := &account{cpu: dir}
		if memory {
			dir := filepath.Join(top, "memory", name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				a.remove()
				return nil, fmt.Errorf("no control group for a server's memory: %w", err)
			}
			a.memory = dir
		}
		return a, nil
	}
	dir := filepath.Join(top, name)
	if memory {
		// Where it is on already, or cannot be, the second column stays empty.
		_ = os.WriteFile(filepath.Join(top, "cgroup.subtree_control"), []byte("+memory"), 0o644)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, fmt.Errorf("no control group for a server's account (root is needed): %w", err)
	}
	a := &account{cpu: dir, v2: true}
	if memory {
		a.memory = dir
	}
	return a, nil
}

// folders are those that a process enters.
func (a *account) folders() []string {
	if a.memory != "" && a.memory != a.cpu {
		return []string{a.cpu, a.memory}
	}
	return []string{a.cpu}
}

// start starts a command inside of the account: a shell enters it and becomes the
// command, so that nothing is missed.
func (a *account) start(cmd *exec.Cmd) error {
	script := ""
	for _, dir := range a.folders() {
		script += fmt.Sprintf("echo $$ > %s/cgroup.procs && ", dir)
	}
	cmd.Args = append([]string{"sh", "-c", script + `exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.Env = append(os.Environ(), "GODEBUG=") // ferry runs as it does elsewhere
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return cmd.Start()
}

// used is the processor time that was used so far.
func (a *account) used() time.Duration {
	if a.v2 {
		return time.Duration(field(filepath.Join(a.cpu, "cpu.stat"), "usage_usec")) * time.Microsecond
	}
	return time.Duration(field(filepath.Join(a.cpu, "cpuacct.usage"), ""))
}

// kernel is the memory in bytes that the kernel keeps for the account: sockets,
// stacks, page tables and what else it keeps for processes. It is 0 where that is
// not counted.
func (a *account) kernel() int64 {
	switch {
	case a.memory == "":
		return 0
	case a.v2:
		stat := filepath.Join(a.memory, "memory.stat")
		return field(stat, "kernel") + field(stat, "sock")
	}
	return field(filepath.Join(a.memory, "memory.kmem.usage_in_bytes"), "") +
		field(filepath.Join(a.memory, "memory.kmem.tcp.usage_in_bytes"), "")
}

// field reads the number after a name at the beginning of a line, or the only
// number of a file for no name; it is 0 where there is none.
func field(file, name string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if name != "" {
			if len(words) < 2 || words[0] != name {
				continue
			}
			words = words[1:]
		}
		if len(words) > 0 {
			n, _ := strconv.ParseInt(words[0], 10, 64)
			return n
		}
	}
	return 0
}

// pids are the processes of the account.
func (a *account) pids() []int {
	text, err := os.ReadFile(filepath.Join(a.cpu, "cgroup.procs"))
	if err != nil {
		return nil
	}
	var pids []int
	for word := range strings.FieldsSeq(string(text)) {
		if pid, err := strconv.Atoi(word); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// kill ends all processes of the account. A process may start another one in the
// meantime, hence the rounds.
func (a *account) kill() {
	for range 500 {
		pids := a.pids()
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// remove removes the account, whose processes have ended: the kernel may need a
// moment for the last one.
func (a *account) remove() {
	for _, dir := range a.folders() {
		err := os.Remove(dir)
		for range 100 {
			if err == nil || os.IsNotExist(err) {
				break
			}
			time.Sleep(20 * time.Millisecond)
			err = os.Remove(dir)
		}
		if err != nil && !os.IsNotExist(err) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
}

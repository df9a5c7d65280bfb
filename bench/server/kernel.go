package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// settings of the kernel that let runs of many short connections not run out of
// ports, nor of places in a listener's queue.
var settings = map[string]string{
	"net/ipv4/ip_local_port_range": "10000 65535",
	"net/ipv4/tcp_tw_reuse":        "1",
	"net/ipv4/tcp_max_tw_buckets":  "1024", // some servers ask for a port that one in TIME_WAIT has
	"net/core/somaxconn":           "4096",
}

// prepareSystem makes these settings and allows as many descriptors as can be.
// restore sets back what was changed.
func prepareSystem(complaints io.Writer) (restore func(), err error) {
	before := make(map[string]string)
	for name, value := range settings {
		file := filepath.Join("/proc/sys", name)
		old, err := os.ReadFile(file)
		if err == nil && strings.Join(strings.Fields(string(old)), " ") == value {
			continue
		}
		if err == nil {
			err = os.WriteFile(file, []byte(value), 0o644)
		}
		if err != nil {
			_, _ = fmt.Fprintf(complaints, "bench: %s stays as it is: %v\n", name, err)
			continue
		}
		before[file] = string(old)
	}
	restore = func() {
		for file, old := range before {
			if err := os.WriteFile(file, []byte(old), 0o644); err != nil {
				_, _ = fmt.Fprintf(complaints, "bench: %s is not set back: %v\n", file, err)
			}
		}
	}
	if err := raiseDescriptors(); err != nil {
		restore()
		return nil, err
	}
	return restore, nil
}

// descriptors is what 15,000 sessions need on either side, and some more.
const descriptors = 20_000

// raiseDescriptors raises the limit of open descriptors, which servers inherit, to
// exactly descriptors where that is possible: with a greater one some servers close
// a million of them at each start of a process.
func raiseDescriptors() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Max = max(limit.Max, descriptors)
	limit.Cur = descriptors
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
		return nil
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = min(limit.Max, descriptors)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}

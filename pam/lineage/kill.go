package lineage

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Kill ends a process that the caller has started and not yet waited for, and all
// that descend from it.
func Kill(pid int) {
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	KillChildren(pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// KillChildren ends all that descend from a process. Each is stopped before its
// own children are looked for, so that it starts no more of them, and does not
// wait for one, whose number could be another's then.
func KillChildren(pid int) {
	family := []int{pid}
	for {
		parents := table()
		grown := false
		for child, parent := range parents {
			if slices.Contains(family, parent) && !slices.Contains(family, child) {
				family = append(family, child)
				_ = syscall.Kill(child, syscall.SIGSTOP)
				grown = true
			}
		}
		if !grown {
			break
		}
	}
	for _, child := range family[1:] {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
}

// table gives each process its parent.
func table() map[int]int {
	entries, _ := os.ReadDir("/proc") // what can be read of it
	parents := make(map[int]int)
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, ok := parent(pid); ok {
			parents[pid] = parent
		}
	}
	return parents
}

// parent reads it from /proc/PID/stat, where it is the second field after the
// name. The name is in parentheses, and may have some in it.
func parent(pid int) (int, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 2 {
		return 0, false
	}
	n, err := strconv.Atoi(fields[1])
	return n, err == nil
}

package sys

import (
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// TaskRoom is about how many more threads the system will let this process
// start, with its kin in the same control groups: the Go runtime ends a program
// whose system refuses it a thread. It is math.MaxInt where nothing is known.
func TaskRoom() int { return taskRoom(os.DirFS("/")) }

func taskRoom(root fs.FS) int {
	room := math.MaxInt
	atMost := func(limit, used string) {
		if n, ok := readNumber(root, limit); ok {
			now, _ := readNumber(root, used) // unknown counts as nothing
			room = min(room, max(0, n-now))
		}
	}
	atMost("proc/sys/kernel/threads-max", "")
	atMost("proc/sys/kernel/pid_max", "")
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return room
	}
	// The lines of cgroups(7): "0::/a/b" is the one hierarchy of version 2,
	// "7:pids:/a/b" one of version 1. A limit on the way up holds too.
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base := "sys/fs/cgroup"
		switch parts[1] {
		case "":
		case "pids":
			base += "/pids"
		default:
			continue
		}
		for dir := path.Join(base, parts[2]); strings.HasPrefix(dir, base); dir = path.Dir(dir) {
			atMost(dir+"/pids.max", dir+"/pids.current")
		}
	}
	return room
}

// readNumber reads a file that holds a number; "max" is none.
func readNumber(root fs.FS, name string) (int, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return n, err == nil
}

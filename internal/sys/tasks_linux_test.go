package sys

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestTaskRoom(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const group = "sys/fs/cgroup/system.slice/ferry.service/"
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int
	}{
		"nothing": {fstest.MapFS{}, math.MaxInt},
		"kernel":  {fstest.MapFS{"proc/sys/kernel/threads-max": file("7000\n"), "proc/sys/kernel/pid_max": file("32768\n")}, 7000},
		"no limit": {fstest.MapFS{
			"proc/sys/kernel/threads-max": file("7000\n"), "proc/self/cgroup": file("0::/system.slice/ferry.service\n"), group + "pids.max": file("max\n"),
		}, 7000},
		"own group": {fstest.MapFS{
			"proc/self/cgroup": file("0::/system.slice/ferry.service\n"), group + "pids.max": file("500\n"), group + "pids.current": file("20\n"),
		}, 480},
		"group above": {fstest.MapFS{
			"proc/self/cgroup": file("0::/system.slice/ferry.service\n"), group + "pids.max": file("500\n"),
			"sys/fs/cgroup/system.slice/pids.max": file("300\n"), "sys/fs/cgroup/system.slice/pids.current": file("290\n"),
		}, 10},
		"version 1": {fstest.MapFS{
			"proc/self/cgroup": file("8:cpu:/a\n7:pids:/a\n"), "sys/fs/cgroup/pids/a/pids.max": file("40\n"), "sys/fs/cgroup/pids/a/pids.current": file("50\n"),
		}, 0},
	} {
		if got := taskRoom(c.files); got != c.want {
			t.Errorf("%s: room for %d, want %d", name, got, c.want)
		}
	}
	if TaskRoom() < 10 {
		t.Errorf("room for %d threads on this machine", TaskRoom())
	}
}

package main

import (
	"fmt"
	"os"
)

// resident is the memory in bytes that all processes of the account hold: of one
// process what is resident, of several what each has for itself and, once, what
// they share.
func (a *account) resident() int64 {
	pids := a.pids()
	var total int64
	for _, pid := range pids {
		if len(pids) > 1 {
			total += processMemory(pid, "smaps_rollup", "Pss:")
		} else {
			total += processMemory(pid, "status", "VmRSS:")
		}
	}
	return total
}

// A watermark tells how far the memory of an account has grown since it was set.
type watermark struct {
	account *account
	before  map[int]int64
}

// mark sets the greatest resident memory of all processes back to what they have.
func (a *account) mark() watermark {
	w := watermark{a, make(map[int]int64)}
	for _, pid := range a.pids() {
		// 5 is "the peak begins anew", proc(5). Without it an earlier peak counts.
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0o200)
		w.before[pid] = processMemory(pid, "status", "VmRSS:")
	}
	return w
}

// grown is the sum over the processes of the greatest memory since mark less that at
// mark. A process that is new counts whole.
func (w watermark) grown() int64 {
	var total int64
	for _, pid := range w.account.pids() {
		total += max(0, processMemory(pid, "status", "VmHWM:")-w.before[pid])
	}
	return total
}

// processMemory reads a field in KiB of a file of /proc/PID; a process that is gone
// has none.
func processMemory(pid int, file, name string) int64 {
	return field(fmt.Sprintf("/proc/%d/%s", pid, file), name) << 10
}

// available is the memory in bytes that programs can still have.
func available() int64 { return field("/proc/meminfo", "MemAvailable:") << 10 }

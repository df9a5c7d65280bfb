package netx

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// shortWait is how long a wait may take in the system.
const shortWait = time.Millisecond

// spinLimit is how long a wait may take at most for the next one to begin with asking the socket
// again and again. To sleep and to be woken takes a processor that has nothing else to do 30 to
// 60 us on a virtual machine, where a command and its answer on the same machine take 10. Only who
// reads does so: the longer a sender sleeps, the more has its peer taken when he goes on.
const spinLimit = 100 * time.Microsecond

// waitShortly waits in the system. false means that it has waited in vain, or not at all.
func (d *descriptor) waitShortly(way direction) bool {
	d.mu.Lock()
	fd, slow, quick := d.fd, d.slow || d.closed, d.quick
	if limit := d.limits[way]; !limit.IsZero() && time.Until(limit) < 2*shortWait {
		slow = true // the poller's clock is exact
	}
	d.mu.Unlock()
	if slow || !shortWaits.enter(periodNow(), &d.turned) {
		return false
	}
	defer shortWaits.leave()
	// If somebody closes the socket meanwhile, the number may be another's: the next call
	// finds out.
	return quick && way == reading && spin(fd) || poll(fd, way, shortWait)
}

// spin asks for spinLimit whether there is something to read, and keeps a processor busy with that.
func spin(fd int) bool {
	if runtime.NumCPU() == 1 {
		return false // what it waits for could not happen
	}
	for began := time.Now(); time.Since(began) < spinLimit; {
		if pollNow(fd, reading) {
			return true
		}
	}
	return false
}

// crowd lets few sockets wait in the system at one time, and none for a while once many want
// to. Who waits there holds a thread and, until somebody takes it away, one of the few
// processors of the runtime: many busy sessions are served better by the poller.
type crowd struct {
	room   int32 // how many may wait at one time
	many   int32 // how many turned away within a shortWait are many
	inside atomic.Int32
	period atomic.Int64 // the number of the shortWait in which somebody was turned away last
	away   atomic.Int32 // how many different sockets were, in that
	until  atomic.Int64 // the first shortWait in which there are not many any more
}

var shortWaits = crowd{room: int32(max(1, runtime.NumCPU()/2)), many: int32(1 + max(2, runtime.NumCPU()))}

// manyFor is how many shortWaits nobody waits in the system once there were many.
const manyFor = 20

var processStart = time.Now()

// periodNow numbers the shortWaits since the process began, from 1.
func periodNow() int64 { return 1 + int64(time.Since(processStart)/shortWait) }

// enter reports whether there is room; then leave must be called. turned is what it
// remembers of the socket.
func (c *crowd) enter(now int64, turned *atomic.Int64) bool {
	if now < c.until.Load() {
		return false
	}
	if c.inside.Add(1) <= c.room {
		return true
	}
	c.inside.Add(-1)
	if turned.Swap(now) == now {
		return false // counted already
	}
	if c.period.Swap(now) != now {
		c.away.Store(0)
	}
	if c.away.Add(1) >= c.many {
		c.until.Store(now + manyFor)
	}
	return false
}

func (c *crowd) leave() { c.inside.Add(-1) }

// pollFD is struct pollfd of poll(2), events are those of its constants that are needed.
type pollFD struct {
	fd              int32
	events, revents int16
}

var pollEvents = [...]int16{reading: 0x1 | 0x2000, writing: 0x4} // POLLIN and POLLRDHUP, POLLOUT

// poll waits until the socket is ready, or has failed, and reports whether it is.
func poll(fd int, way direction, limit time.Duration) bool {
	p := pollFD{fd: int32(fd), events: pollEvents[way]}
	t := syscall.NsecToTimespec(int64(limit))
	n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	return n > 0 && errno == 0
}

// pollNow is poll without waiting. The call never blocks, so the scheduler need not know of it.
func pollNow(fd int, way direction) bool {
	p := pollFD{fd: int32(fd), events: pollEvents[way]}
	var t syscall.Timespec
	n, _, errno := syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	return n > 0 && errno == 0
}

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
	if slow || !shortWaits.enter(sinceStart()) {
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

// company lets a socket wait in the system as long as it is alone. Who waits there holds a thread and,
// until somebody takes it away, one of the few processors of the runtime: two busy sessions are
// served better by the poller, and more of them much better.
type company struct {
	inside atomic.Bool  // somebody waits in the system
	until  atomic.Int64 // nobody does before that; all times are nanoseconds since the start
	last   atomic.Int64 // the socket whose short wait was over last
	over   atomic.Int64 // and when
}

var shortWaits company

// companyStays is how long sockets wait in the poller after two of them have waited at one time.
const companyStays = int64(200 * time.Millisecond)

var processStart = time.Now()

func sinceStart() int64 { return int64(time.Since(processStart)) }

// enter reports whether a socket may wait in the system; then leave must be called.
func (c *company) enter(now int64) bool {
	if now < c.until.Load() {
		return false
	}
	if c.inside.CompareAndSwap(false, true) {
		return true
	}
	c.until.Store(now + companyStays)
	return false
}

func (c *company) leave() { c.inside.Store(false) }

// waited notes that a socket has waited shortly, wherever that was: had another one not waited to the
// end when this one began, there are two of them.
func (c *company) waited(socket, began, now int64) {
	other, over := c.last.Swap(socket), c.over.Swap(now)
	if other != socket && began < over {
		c.until.Store(now + companyStays)
	}
}

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

package netx

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A descriptor is a socket that turns to the runtime's poller only when it must. Most
// data connections carry a small file: what they have to do can be done at once or
// within some microseconds, and to register them, to be woken through the poller and
// to take them out again would cost more than all of their work. A control connection
// that is registered costs a thread's waking for each command, whoever reads it.
//
// Whoever would have to wait therefore waits in the system for an instant first, and
// registers the socket only then. A socket that has waited longer than that before goes to
// the poller at once, until it is quick again; then it leaves the poller.
type descriptor struct {
	mu     sync.Mutex // held during calls on fd, none of which blocks
	fd     int
	closed bool
	limits [2]time.Time // when reading and writing end
	slow   bool         // the last wait was longer than shortWait
	quick  bool         // the last wait was shorter than spinLimit
	poller polled
}

// direction is what is waited for.
type direction uint8

const (
	reading direction = iota
	writing
)

// enter begins a call on fd; the caller must unlock mu unless there is an error.
func (d *descriptor) enter(way direction) error {
	d.mu.Lock()
	limit := d.limits[way]
	switch {
	case d.closed:
		d.mu.Unlock()
		return net.ErrClosed
	case !limit.IsZero() && !time.Now().Before(limit):
		d.mu.Unlock()
		return os.ErrDeadlineExceeded
	}
	return nil
}

// wait returns when the socket may be ready, or with what has ended the waiting. It may be too
// early: the call is to be tried again.
func (d *descriptor) wait(way direction) error {
	began := sinceStart()
	shortly := d.waitShortly(way)
	var err error
	if !shortly {
		err = d.waitLong(way)
	}
	now := sinceStart()
	took := time.Duration(now - began)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quick = took < spinLimit
	d.slow = err != nil || took >= shortWait
	if !d.slow {
		shortWaits.waited(int64(d.fd), began, now)
	}
	if shortly {
		d.leavePoller()
	}
	return err
}

// limit sets when calls end. It wakes whoever waits: within shortWait if he waits in the system.
func (d *descriptor) limit(way direction, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	d.limits[way] = t
	return d.tell(way)
}

// Close closes the socket and wakes whoever waits.
func (d *descriptor) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	d.closed = true
	if d.poller.file != nil {
		return d.poller.file.Close()
	}
	return syscall.Close(d.fd)
}

// control calls f with the descriptor.
func (d *descriptor) control(f func(fd int) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	return f(d.fd)
}

// rawDescriptor is a descriptor for those who know its system (syscall.RawConn).
type rawDescriptor struct{ *descriptor }

// SyscallConn implements syscall.Conn.
func (d *descriptor) SyscallConn() (syscall.RawConn, error) { return rawDescriptor{d}, nil }

func (r rawDescriptor) Control(f func(fd uintptr)) error {
	return r.control(func(fd int) error {
		f(uintptr(fd))
		return nil
	})
}

func (r rawDescriptor) Read(f func(fd uintptr) (done bool)) error {
	raw, err := r.enterPoller()
	if err != nil {
		return err
	}
	defer r.exitPoller()
	return raw.Read(f)
}

func (r rawDescriptor) Write(f func(fd uintptr) (done bool)) error {
	raw, err := r.enterPoller()
	if err != nil {
		return err
	}
	defer r.exitPoller()
	return raw.Write(f)
}

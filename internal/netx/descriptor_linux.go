package netx

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A descriptor is a socket that turns to the runtime's poller only when it must. Most
// data connections carry a small file: what they have to do can be done at once or
// within some microseconds, and to register them, to be woken through the poller and
// to take them out again would cost more than all of their work.
//
// Whoever would have to wait therefore waits in the system for an instant first, and
// registers the socket only then. A socket that has waited longer than that before goes to
// the poller at once, until it is quick again.
type descriptor struct {
	mu     sync.Mutex // held during calls on fd, none of which blocks
	fd     int
	closed bool
	limits [2]time.Time // when reading and writing end
	slow   bool         // the last wait was long
	turned atomic.Int64 // for shortWaits
	// file has the descriptor once the runtime's poller knows of it.
	file *os.File
	raw  syscall.RawConn
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
	if d.waitShortly(way) {
		return nil
	}
	began := time.Now()
	err := d.waitLong(way)
	if err == nil && time.Since(began) < shortWait {
		d.mu.Lock()
		d.slow = false
		d.mu.Unlock()
	}
	return err
}

// waitLong waits in the runtime's poller.
func (d *descriptor) waitLong(way direction) error {
	if err := d.register(); err != nil {
		return err
	}
	var err error
	if way == reading {
		err = d.raw.Read(readable)
	} else {
		err = d.raw.Write(writable)
	}
	switch {
	case errors.Is(err, os.ErrClosed):
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	return err
}

// register tells the runtime's poller of the socket.
func (d *descriptor) register() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	if d.file != nil {
		return nil
	}
	file := os.NewFile(uintptr(d.fd), "socket")
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	d.file, d.raw = file, raw
	return errors.Join(d.tell(reading), d.tell(writing))
}

// tell gives the poller a limit in time. mu is held.
func (d *descriptor) tell(way direction) error {
	if d.file == nil {
		return nil
	}
	if way == reading {
		return d.file.SetReadDeadline(d.limits[reading])
	}
	return d.file.SetWriteDeadline(d.limits[writing])
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
	if d.file != nil {
		return d.file.Close()
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
	if err := r.register(); err != nil {
		return err
	}
	return r.raw.Read(f)
}

func (r rawDescriptor) Write(f func(fd uintptr) (done bool)) error {
	if err := r.register(); err != nil {
		return err
	}
	return r.raw.Write(f)
}

package netx

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// polled is what the runtime's poller knows of a descriptor. Its fields belong to descriptor.mu.
type polled struct {
	file  *os.File // has the descriptor; nil while the poller does not know of it
	raw   syscall.RawConn
	users int // calls of raw that run
}

// waitLong waits in the runtime's poller.
func (d *descriptor) waitLong(way direction) error {
	raw, err := d.enterPoller()
	if err != nil {
		return err
	}
	defer d.exitPoller()
	if way == reading {
		err = raw.Read(readable)
	} else {
		err = raw.Write(writable)
	}
	switch {
	case errors.Is(err, os.ErrClosed):
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	return err
}

// enterPoller tells the runtime's poller of the socket, unless it knows. exitPoller must be called
// once the connection that it returns is not used any more.
func (d *descriptor) enterPoller() (syscall.RawConn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, net.ErrClosed
	}
	p := &d.poller
	if p.file == nil {
		file := os.NewFile(uintptr(d.fd), "socket")
		raw, err := file.SyscallConn()
		if err != nil {
			return nil, err
		}
		p.file, p.raw = file, raw
		if err := errors.Join(d.tell(reading), d.tell(writing)); err != nil {
			return nil, err
		}
	}
	p.users++
	return p.raw, nil
}

func (d *descriptor) exitPoller() {
	d.mu.Lock()
	d.poller.users--
	d.mu.Unlock()
}

// leavePoller takes the socket out of the poller, which would be woken by whatever happens to it.
// A file cannot give its descriptor back, so the socket goes on with another one. mu is held.
func (d *descriptor) leavePoller() {
	p := &d.poller
	if d.closed || p.file == nil || p.users > 0 {
		return
	}
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(d.fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return // there are no more descriptors: it stays
	}
	_ = p.file.Close() // of one of two descriptors: the connection is not touched
	d.fd, p.file, p.raw = int(fd), nil, nil
}

// tell gives the poller a limit in time. mu is held.
func (d *descriptor) tell(way direction) error {
	if d.poller.file == nil {
		return nil
	}
	if way == reading {
		return d.poller.file.SetReadDeadline(d.limits[reading])
	}
	return d.poller.file.SetWriteDeadline(d.limits[writing])
}

// readable and writable report what a socket is now, for the runtime's poller. Who rests has a small
// stack, and no room on it for more.
func readable(fd uintptr) bool { return pollNow(int(fd), reading) }
func writable(fd uintptr) bool { return pollNow(int(fd), writing) }

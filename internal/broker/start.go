package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"

	"ferry/internal/sys"
)

// inheritedFD is where a broker process finds its socket: the first of the
// descriptors that os/exec hands on besides the standard ones.
const inheritedFD = 3

// AllCapabilities is what Start takes where it shall leave a process as it is.
const AllCapabilities = ^uint64(0)

// Start starts the broker process, this program with other arguments say, and
// waits until it serves or ctx ends. Its socket becomes the first of
// cmd.ExtraFiles. wait waits for the end of the process, as cmd.Wait does, and
// may be called more than once; the process ends when the Client is closed.
//
// keep are the capabilities that the process may have (bit n is number n, as in
// the files of /proc), from its first instruction on and in whatever it starts;
// no_new_privs is set with them. It does not matter how the program was built.
// AllCapabilities leaves both to the process itself.
func Start(ctx context.Context, cmd *exec.Cmd, keep uint64) (client *Client, wait func() error, err error) {
	ours, theirs, err := sys.Pair()
	if err != nil {
		return nil, nil, fmt.Errorf("starting the broker: %w", err)
	}
	passed := os.NewFile(uintptr(theirs), "broker")
	defer func() { _ = passed.Close() }() // the process has its own
	conn, err := unixConn(ours, "broker")
	if err != nil {
		return nil, nil, fmt.Errorf("starting the broker: %w", err)
	}
	cmd.ExtraFiles = append([]*os.File{passed}, cmd.ExtraFiles...)
	if err := startLimited(cmd, keep); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("starting the broker: %w", err), conn.Close())
	}
	_ = passed.Close() // or its end would never be seen
	client, wait = NewClient(conn), sync.OnceValue(cmd.Wait)
	select {
	case <-client.ready:
		return client, wait, nil
	case <-client.gone:
		err = client.cause
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = client.Close() // it may have gone
	_ = cmd.Process.Kill()
	return nil, nil, fmt.Errorf("the broker did not begin to serve: %w", errors.Join(err, wait()))
}

// startLimited starts a process from a thread that has the limits itself, and
// ends: limits are a thread's, and a child has those of the thread it is from.
func startLimited(cmd *exec.Cmd, keep uint64) error {
	if keep == AllCapabilities {
		return cmd.Start()
	}
	started := make(chan error)
	go onOwnThread(func() {
		err := sys.LimitThread(keep)
		if err == nil {
			err = cmd.Start()
		}
		started <- err
	})
	return <-started
}

// onOwnThread calls do on a thread that ends with it, and with it whatever do
// has made of the thread: the goroutine, which must be do's own, is never
// unlocked from it. The main thread cannot end; it waits until do is over.
func onOwnThread(do func()) {
	runtime.LockOSThread()
	if !sys.OnMainThread() {
		do()
		return
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		onOwnThread(do)
	}()
	<-over
	runtime.UnlockOSThread()
}

// Inherit takes over the socket that Start has made, in the broker process, and
// sets its umask to 0: permission bits are the Client's to say.
func Inherit() (*net.UnixConn, error) {
	if !sys.IsPair(inheritedFD) {
		return nil, fmt.Errorf("descriptor %d is no broker's socket: this process is started by ferry itself, not by hand", inheritedFD)
	}
	conn, err := unixConn(inheritedFD, "broker")
	if err != nil {
		return nil, fmt.Errorf("broker: descriptor %d: %w", inheritedFD, err)
	}
	sys.Umask(0)
	return conn, nil
}

// unixConn takes a descriptor over.
func unixConn(fd int, name string) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), name)
	defer func() { _ = f.Close() }() // package net has its own duplicate
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("not a unix socket"), conn.Close())
	}
	return unix, nil
}

package nsnet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// A Host is a network namespace of a world. Its methods may be called from several
// goroutines at once.
type Host struct {
	name  string
	links *links

	// mu is held for reading while the fields below are used, and for writing to
	// close them.
	mu     sync.RWMutex
	closed bool
	ns     *os.File
	// starts is what the keeper is to do: the thread that has made the namespace
	// and stays in it as long as there is the host. Processes start from it.
	starts chan func()
}

// fresh are the settings of a new host. The kernel copies those of IPv4 from the
// machine, where a container engine or a router has changed them. Without duplicate
// address detection an IPv6 address can be used at once; it is off only if
// both settings say so.
var fresh = []struct{ file, value string }{
	{"ipv4/conf/all/forwarding", "0"},
	{"ipv4/conf/default/forwarding", "0"},
	{"ipv4/conf/all/rp_filter", "0"},
	{"ipv4/conf/default/rp_filter", "0"},
	{"ipv6/conf/all/forwarding", "0"},
	{"ipv6/conf/all/disable_ipv6", "0"},
	{"ipv6/conf/default/disable_ipv6", "0"},
	{"ipv6/conf/all/accept_dad", "0"},
	{"ipv6/conf/default/accept_dad", "0"},
}

// newHost makes a namespace and the thread that keeps it.
func newHost(name string) (*Host, error) {
	h := &Host{name: name, starts: make(chan func())}
	ready := make(chan error)
	onOwnThread(func() {
		err := h.setUp()
		ready <- err
		if err != nil {
			return
		}
		for start := range h.starts {
			start()
		}
	})
	if err := <-ready; err != nil {
		return nil, err
	}
	return h, nil
}

// setUp moves the calling thread to a new namespace and fills the host with it.
func (h *Host) setUp() (err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("make a network namespace: %w", err)
	}
	// The settings that are seen are those of the thread's namespace.
	for _, s := range fresh {
		err := os.WriteFile("/proc/sys/net/"+s.file, []byte(s.value), 0)
		// A kernel without IPv6 has no settings for it.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set the defaults: %w", err)
		}
	}
	if h.links, err = openLinks(); err != nil {
		return err
	}
	if err := h.links.up("lo"); err != nil {
		h.links.close()
		return err
	}
	if h.ns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		h.links.close()
		return fmt.Errorf("hold the network namespace: %w", err)
	}
	return nil
}

// Name is the host's name.
func (h *Host) Name() string { return h.name }

// Sysctl changes a setting of the host, such as "net.ipv4.ip_forward" to "1". The
// key is written as for sysctl(8); only settings below net belong to a host.
func (h *Host) Sysctl(key, value string) error {
	path, err := sysctlPath(key)
	if err != nil {
		return fmt.Errorf("host %s: %w", h.name, err)
	}
	return h.Do(func() error {
		// No newline that a caller has forgotten, none that is too many.
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			_, err = file.WriteString(value)
			err = errors.Join(err, file.Close())
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("host %s: set %s: %w (unknown to the kernel, or its module is not loaded)", h.name, key, err)
		case err != nil:
			return fmt.Errorf("host %s: set %s to %q: %w", h.name, key, value, err)
		}
		return nil
	})
}

// Do runs f on a thread of its own inside the host's network namespace and returns
// its error. Sockets that f makes stay in the namespace, and may be used and closed
// anywhere. What f does by way of other goroutines happens outside, as a dialer
// does that looks up a name. Several Dos of a host run at once.
func (h *Host) Do(f func() error) error {
	result := make(chan error, 1)
	onOwnThread(func() {
		err := errGoexit
		defer func() { result <- err }()
		if moved := h.move(); moved != nil {
			err = moved
			return
		}
		err = f()
	})
	return <-result
}

// errGoexit is the result of a function that has called runtime.Goexit, as
// testing.T's FailNow does.
var errGoexit = errors.New("the function has ended its goroutine instead of returning")

// move brings the calling thread into the host's namespace.
func (h *Host) move() error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.closed {
		return fmt.Errorf("host %s: %w", h.name, os.ErrClosed)
	}
	if err := unix.Setns(int(h.ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("host %s: enter its network namespace: %w", h.name, err)
	}
	return nil
}

// start runs f on the thread that keeps the namespace.
func (h *Host) start(f func() error) error {
	result := make(chan error, 1)
	h.mu.RLock()
	if h.closed {
		h.mu.RUnlock()
		return fmt.Errorf("host %s: %w", h.name, os.ErrClosed)
	}
	h.starts <- func() { result <- f() }
	h.mu.RUnlock()
	return <-result
}

// close lets the namespace go.
func (h *Host) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.closed = true
	close(h.starts)
	h.links.close()
	_ = h.ns.Close() // it was only read
}

package nsnet

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// A World is a set of hosts and of cables between them, in namespaces that are the
// process's own. Its methods may be called from several goroutines at once.
type World struct {
	dir        string
	privileged bool

	mu     sync.Mutex
	hosts  map[string]*Host // nil while a host is being made
	closed bool
}

// Enter sets the world up in a program that Command has started. It must be
// called first: the program's process starts itself again, so that whatever was
// done before is done twice. It makes mounts private, mounts /proc and a tmpfs
// for Dir, and brings up the loopback of the namespace outside of the hosts.
// Descriptors that the starter has handed over stay open, but are not inherited
// by the processes that are started in the world. ErrNoWorld says that the process is in no world.
func Enter() (*World, error) {
	if isFirst() {
		return nil, serveFirst()
	}
	if os.Getenv(programEnv) == "" || os.Getppid() != 1 || !inNewPIDNamespace() {
		return nil, ErrNoWorld
	}
	if err := os.Unsetenv(programEnv); err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	inherited, err := inheritedFDs()
	if err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	for _, fd := range inherited {
		unix.CloseOnExec(fd)
	}
	w := &World{hosts: make(map[string]*Host)}
	if err := w.mount(); err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	if w.privileged, err = manyUsers("/proc/self/uid_map"); err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	links, err := openLinks()
	if err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	defer links.close()
	if err := links.up("lo"); err != nil {
		return nil, fmt.Errorf("enter the world: %w", err)
	}
	return w, nil
}

// mount gives the world its /proc and its tmpfs.
func (w *World) mount() error {
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	const flags = unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("proc", "/proc", "proc", flags|unix.MS_NOEXEC, ""); err != nil {
		if errors.Is(err, unix.EPERM) {
			return fmt.Errorf("mount /proc: %w: the kernel refuses it where parts of /proc are hidden, as in most containers: run it outside, or as root in a privileged container", err)
		}
		return fmt.Errorf("mount /proc: %w", err)
	}
	dir, err := mountPoint()
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, "mode=0755"); err != nil {
		return fmt.Errorf("mount a tmpfs at %s: %w", dir, err)
	}
	w.dir = dir
	return nil
}

// mountPoint chooses the folder over which the tmpfs is mounted. An empty one
// hides nothing. What is in /run belongs to services of the machine, which nobody
// in the world can reach or should.
func mountPoint() (string, error) {
	for _, dir := range []string{"/mnt", "/media", "/srv", "/var/empty", "/var/opt", "/var/local", "/run/lock"} {
		// A symbolic link is not taken: its target may be in use.
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		entries, err := os.ReadDir(dir)
		if err == nil && len(entries) == 0 {
			return dir, nil
		}
	}
	if info, err := os.Lstat("/run"); err == nil && info.IsDir() {
		return "/run", nil
	}
	return "", errors.New("no folder to mount a tmpfs at: /mnt, /media and /srv are absent or in use, and there is no /run: make an empty /mnt")
}

// manyUsers says whether a uid_map of user_namespaces(7) has more users than one.
func manyUsers(file string) (bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	var count uint64
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return false, fmt.Errorf("%s: %q is not three numbers", file, line)
		}
		n, err := strconv.ParseUint(fields[2], 10, 64)
		if err != nil {
			return false, fmt.Errorf("%s: %w", file, err)
		}
		count += n
	}
	return count > 1, nil
}

// Dir is a folder on a tmpfs of the world, empty at first and gone with it.
func (w *World) Dir() string { return w.dir }

// Privileged says whether the root of the world can become other users, as the
// root of the machine can. In a user namespace there is no other user. Privileged
// ports can be bound in both cases: they belong to the network namespace.
func (w *World) Privileged() bool { return w.privileged }

// AddHost makes a host: a network namespace with a loopback that is up, and no
// cable yet. The name must be new; the kernel does not see it. Settings that the
// kernel would take from the machine are set to its defaults: a host forwards
// nothing until Sysctl says so.
func (w *World) AddHost(name string) (*Host, error) {
	if name == "" {
		return nil, errors.New("add a host: it needs a name")
	}
	w.mu.Lock()
	_, taken := w.hosts[name]
	closed := w.closed
	if !taken && !closed {
		w.hosts[name] = nil
	}
	w.mu.Unlock()
	switch {
	case closed:
		return nil, fmt.Errorf("add host %s: the world is closed: %w", name, os.ErrClosed)
	case taken:
		return nil, fmt.Errorf("add host %s: there is one of that name", name)
	}
	h, err := newHost(name)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && w.closed {
		h.close()
		err = os.ErrClosed
	}
	if err != nil {
		delete(w.hosts, name)
		return nil, fmt.Errorf("add host %s: %w", name, err)
	}
	w.hosts[name] = h
	return h, nil
}

// Host returns the host of that name, nil if there is none.
func (w *World) Host(name string) *Host {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hosts[name]
}

// Close kills all other processes of the world and gives the hosts up; the kernel
// frees a namespace when the last process and the last socket in it are gone. The
// hosts are of no use any more. A program that ends need not call it.
func (w *World) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	// The pid namespace bounds it, and its first process is exempt.
	err := unix.Kill(-1, unix.SIGKILL)
	for h := range maps.Values(w.hosts) {
		if h != nil {
			h.close()
		}
	}
	if err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("end the processes of the world: %w", err)
	}
	return nil
}

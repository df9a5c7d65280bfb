package nsnet

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// programEnv tells the second process of a world that it is the program.
const programEnv = "FERRY_WORLD_PROGRAM"

// isFirst says whether this process is the first one of a world that is not set
// up yet.
func isFirst() bool {
	target, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(starterFD))
	return os.Getpid() == 1 && err == nil && target == "anon_inode:[pidfd]" && inNewPIDNamespace()
}

// inNewPIDNamespace says whether /proc is still the one of an outer pid
// namespace: it then knows this process by more than one number. Nobody mounts
// anything on a system where this is not so.
func inNewPIDNamespace() bool {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			return len(strings.Fields(numbers)) > 1
		}
	}
	return false
}

// serveFirst does what the first process of a world is for: it starts the same
// program again, waits for all that end, its own children and the orphans that
// the kernel gives it, and ends with the program or with the starter. It returns
// only if the program cannot be started. The program is a process of its own
// because package os/exec must be able to wait for its children, which cannot be
// told from orphans.
func serveFirst() error {
	unix.CloseOnExec(starterFD)
	inherited, err := inheritedFDs()
	if err != nil {
		return err
	}
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, unix.SIGTERM)
	// A terminal sends these to the program itself. They must not end this process.
	// What is ignored stays so, as under nohup(1), and the program inherits it.
	keys := make(chan os.Signal, 1)
	for _, s := range []os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(keys, s)
		}
	}

	program, err := syscall.ForkExec("/proc/self/exe", os.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), programEnv+"=1"),
		Files: []uintptr{0, 1, 2},
	})
	if err != nil {
		return fmt.Errorf("start the program of the world: %w", err)
	}
	go endWithStarter()
	go func() {
		for range terminate {
			_ = unix.Kill(program, unix.SIGTERM)
		}
	}()
	// Whoever reads what the program writes must see the end of it.
	release(inherited)
	bury(program)
	return nil
}

// inheritedFDs lists the descriptors above the standard ones that a new program
// gets, but for the starter's pidfd.
func inheritedFDs() ([]int, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, fmt.Errorf("list the open files: %w", err)
	}
	var fds []int
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= 2 || fd == starterFD {
			continue
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err == nil && flags&unix.FD_CLOEXEC == 0 {
			fds = append(fds, fd)
		}
	}
	return fds, nil
}

// release closes the descriptors, and points the standard ones to /dev/null.
func release(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
	null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	for fd := range 3 {
		if err == nil {
			err = unix.Dup3(null, fd, 0)
		}
		if err != nil {
			_ = unix.Close(fd)
		}
	}
}

// endWithStarter ends this process when the starter has ended.
func endWithStarter() {
	fds := []unix.PollFd{{Fd: starterFD, Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, -1)
		if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
			exit(128 + int(unix.SIGKILL))
		}
	}
}

// bury waits for every child until the program ends, and ends with it.
func bury(program int) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			exit(1)
		case pid != program:
		case status.Signaled():
			exit(128 + int(status.Signal()))
		default:
			exit(status.ExitStatus())
		}
	}
}

// exit ends the process, and with it the world: the kernel kills all others of
// the pid namespace first, and lets the starter know only then.
func exit(code int) {
	os.Exit(code) //nolint:forbidigo // This process has no main to return to: it is a part of Enter.
}

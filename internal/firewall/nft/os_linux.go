package nft

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

const onLinux = true

// namespace identifies the network namespace of the calling thread.
func namespace() (string, error) {
	target, err := os.Readlink("/proc/thread-self/ns/net") // net:[4026531840]
	if err != nil {
		return "", fmt.Errorf("find the network namespace: %w", err)
	}
	return strings.Trim(strings.TrimPrefix(target, "net:"), "[]"), nil
}

// detach starts a command in a session of its own, without a terminal.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

// lock locks a file until unlock or the end of the process. It waits for those who only
// ask whether it is locked.
func lock(file string) (unlock func(), err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", file, err)
	}
	return func() { _ = f.Close() }, nil
}

// locked says whether a process holds the lock.
func locked(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only asked
	// A shared lock, so that two who ask are not taken for a guard.
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// apart runs f on a thread in a new network namespace. The thread ends with f, and the
// namespace with it.
func apart(f func() error) error {
	result := make(chan error, 1)
	work := func() { // on a thread that it never unlocks
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		switch {
		case errors.Is(err, syscall.EPERM):
			err = fmt.Errorf("%w, and CAP_SYS_ADMIN: the wanted rules are loaded in a network namespace of their own", ErrNoPrivilege)
		case err == nil:
			err = f()
		}
		result <- err
	}
	go func() {
		runtime.LockOSThread()
		if syscall.Gettid() != syscall.Getpid() {
			work()
			return
		}
		// The main thread cannot end. While it is held here the other goroutine gets
		// another one.
		started := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(started)
			work()
		}()
		<-started
		runtime.UnlockOSThread()
	}()
	return <-result
}

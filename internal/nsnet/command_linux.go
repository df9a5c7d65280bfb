package nsnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// starterFD is the descriptor at which the first process of a world finds the
// pidfd of the one that started it: the first of exec.Cmd's ExtraFiles.
const starterFD = 3

// Check says whether worlds can be made here, and how: with root's rights or in a
// user namespace. It finds out by making the namespaces, once in a process. The
// error says what is missing and how to get it.
func Check() (How, error) { return check() }

var check = sync.OnceValues(func() (How, error) {
	// A world in a user namespace is possible for root too, in a container that
	// has taken its power away.
	err := error(unix.EPERM)
	if os.Geteuid() == 0 {
		if err = try(AsRoot); err == nil {
			return AsRoot, nil
		}
	}
	if os.Geteuid() != 0 || errors.Is(err, unix.EPERM) {
		if err = try(InUserNamespace); err == nil {
			return InUserNamespace, nil
		}
	}
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES), errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EUSERS):
		return 0, fmt.Errorf("make network namespaces: %w: %s", err, wayOut(os.DirFS("/proc/sys")))
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		return 0, fmt.Errorf("make network namespaces: %w: the kernel is built without them", err)
	}
	return 0, fmt.Errorf("make network namespaces: %w", err)
})

// try makes a world's namespaces for a program that is not there. That the
// program is missed, last of all, is the success.
func try(how How) error {
	process, err := os.StartProcess("/dev/null/no-program", []string{"no-program"}, &os.ProcAttr{Sys: attributes(how)})
	switch {
	case errors.Is(err, unix.ENOTDIR):
		return nil
	case err == nil:
		_ = process.Kill()
		_, _ = process.Wait()
		return errors.New("/dev/null is a directory")
	}
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Err
	}
	return err
}

// attributes are those of a world's first process. The user namespace is made
// with the process, so that it owns the others, which need a right in it; with
// it the pid namespace, of which the process is to be the first one.
func attributes(how How) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID,
		// Mounts are made private with it.
		Unshareflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
	}
	if how == InUserNamespace {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
		// The kernel lets nobody but root map groups while setgroups(2) is on.
		attr.GidMappingsEnableSetgroups = false
	}
	return attr
}

// Command prepares this or another program to run in a world: new pid, mount,
// network, IPC and UTS namespaces, and, without root, a new user namespace. The
// program must call Enter before anything else. Where no world can be made the
// command's Start returns Check's error.
//
// The command ends as the program does; a program that a signal has ended gives
// exit code 128 and the signal's number. With it, or with this process, everything
// in the world ends. SIGTERM is handed on to the program; SIGINT, SIGQUIT and
// SIGHUP, which a terminal sends to both, are not.
//
// The caller may set the command's fields, but SysProcAttr may only be added to,
// and ExtraFiles only appended to: they are descriptors 4 and up in the program.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	if cmd.Err != nil {
		return cmd
	}
	how, err := Check()
	if err != nil {
		cmd.Err = err
		return cmd
	}
	starter, err := self()
	if err != nil {
		cmd.Err = err
		return cmd
	}
	cmd.SysProcAttr = attributes(how)
	cmd.ExtraFiles = []*os.File{starter}
	return cmd
}

// self is a pidfd of this process. It becomes readable when the process ends.
// PR_SET_PDEATHSIG would not do: it is about the thread that has started the
// child, and the Go runtime ends threads as it likes.
var self = sync.OnceValues(func() (*os.File, error) {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return nil, fmt.Errorf("watch over this process: pidfd_open: %w (Linux 5.3 or later is needed)", err)
	}
	return os.NewFile(uintptr(fd), "pidfd"), nil
})

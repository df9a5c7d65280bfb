package peers

import (
	"os/exec"
	"syscall"
)

// canMount says whether a program can be started with mounts of its own.
const canMount = true

// mountAndRun is the script that puts the folders of a host in their places, and
// becomes the program then. The kernel's promise to kill it holds on.
const mountAndRun = `set -e
for dir in etc run srv; do mount --bind "$0/$dir" "/$dir"; done
mount --bind "$0/log" /var/log
exec "$@"`

// enter makes cmd see the folders of the host, in a mount namespace that ends
// with it.
func (h *Host) enter(cmd *exec.Cmd) {
	args := append([]string{"/bin/sh", "-c", mountAndRun, h.Dir, cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.Args = args[0], args
	cmd.SysProcAttr.Unshareflags |= syscall.CLONE_NEWNS
}

package peers

import (
	"os/exec"
	"syscall"
)

// setGroup gives cmd its own process group, and the kernel's promise to kill it
// when the thread that starts it is gone (prctl(2), PR_SET_PDEATHSIG).
func setGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills the group of cmd, whose leader has ended. A group that is gone
// already is what was wanted. (The sessions of vsftpd are groups of their own;
// they die with their parent, by the same promise of the kernel's.)
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}

package nsnet

import (
	"context"
	"os/exec"
)

// A Cmd is an exec.Cmd whose process runs in a host's network namespace. Files and
// processes it sees as the world does.
type Cmd struct {
	*exec.Cmd
	host *Host
}

// Command prepares a process on the host. The fields and methods of the Cmd are
// those of exec.Cmd. It ends with the world at the latest, with all that it has
// started.
func (h *Host) Command(ctx context.Context, name string, args ...string) *Cmd {
	return &Cmd{Cmd: exec.CommandContext(ctx, name, args...), host: h}
}

// Start does what exec.Cmd's Start does. The thread from which the process is
// started lasts as long as the host, so that Pdeathsig means what it says.
func (c *Cmd) Start() error { return c.host.start(c.Cmd.Start) }

// Run does what exec.Cmd's Run does.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output does what exec.Cmd's Output does.
func (c *Cmd) Output() (out []byte, err error) {
	err = c.host.Do(func() (err error) {
		out, err = c.Cmd.Output()
		return err
	})
	return out, err
}

// CombinedOutput does what exec.Cmd's CombinedOutput does.
func (c *Cmd) CombinedOutput() (out []byte, err error) {
	err = c.host.Do(func() (err error) {
		out, err = c.Cmd.CombinedOutput()
		return err
	})
	return out, err
}

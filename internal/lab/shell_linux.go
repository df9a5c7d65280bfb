package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ferry/internal/nsnet"
)

// Shell brings a topology up, with its server, and runs a command on a host of it: a
// shell, if none is named. It gives the command's exit status. Standard input,
// output and error are those of this process.
func Shell(job Job, host string, command []string, self string, args []string, stdout, stderr io.Writer) (status int, err error) {
	t, err := Find(job.Topology)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(t.Hosts, host) {
		return 0, fmt.Errorf("topology %s has no host %q; it has %s", t.Name, host, strings.Join(t.Hosts, ", "))
	}
	job.Self, job.Host, job.Command = self, host, command
	text, err := json.Marshal(job)
	if err != nil {
		return 0, err
	}
	cmd := nsnet.Command(context.Background(), self, args...)
	cmd.Env = append(os.Environ(), jobEnv+"="+string(text))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	err = cmd.Run()
	if cmd.ProcessState != nil {
		return cmd.ProcessState.ExitCode(), nil
	}
	return 0, err
}

// shell is what happens in the world.
func (n *network) shell(ctx context.Context, job *Job) error {
	s, err := newSite(n.world.Dir())
	if err != nil {
		return err
	}
	server, err := n.serve(ctx, job.Server, job.TLS[0], s, job.Self)
	if err != nil {
		return err
	}
	defer server.stop()
	command := job.Command
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, n.Describe())
		fmt.Fprintf(os.Stderr, "This is host %s. %s serves at %s, TLS %s. Leave with exit.\n", job.Host, job.Server, n.serverAddress(), job.TLS[0])
		command = []string{os.Getenv("SHELL")}
		if command[0] == "" {
			command[0] = "/bin/sh"
		}
	}
	path, err := find(command[0])
	if err != nil {
		return err
	}
	cmd := n.world.Host(job.Host).Command(ctx, path, command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "PS1="+job.Host+"$ ")
	return cmd.Run()
}

// errNoJob is what World says when nobody has given it a job.
var errNoJob = errors.New("lab world is started by the other commands of ferry lab")

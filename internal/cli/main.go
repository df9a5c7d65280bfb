package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// The exit statuses, which --help documents.
const (
	exitOK      = 0
	exitFailed  = 1 // it ran, and failed
	exitRefused = 2 // wrong usage or configuration: it did not run
)

// program is one run of ferry.
type program struct {
	args   []string // with the name of the program in front
	stdin  *os.File
	stdout io.Writer
	stderr io.Writer
	// child is set in a process that `ferry serve` has started in the
	// background.
	child *backgroundChild
	// shown is what is shown of transfers; nil if there are none.
	shown *shownProgress
}

// Main runs ferry with the arguments, the first of which is the name of the
// program, and returns its exit status: 0, 1 for a failure while it ran, 2 for
// wrong usage or configuration. When ctx ends, a running server drains.
func Main(ctx context.Context, args ...string) int {
	p := &program{args: args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	child, err := adoptBackground(os.Stderr)
	if err != nil {
		fmt.Fprintln(p.stderr, "ferry:", err)
		return exitFailed
	}
	if child != nil {
		p.child, p.stderr = child, child.errors
	}
	root := newRoot(p)
	if calledFTP(args) {
		root = newFTP(p)
	}
	root.SetArgs(markSettings(args[min(1, len(args)):]))
	cmd, err := root.ExecuteContextC(ctx)
	p.endProgress()
	return p.report(cmd, err)
}

// A failure is an error of something that ran (exit status 1).
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// A refusal is a configuration with which nothing runs (exit status 2). Its text
// stands for itself, as vsftpd's and config's do, and is printed as it is; an
// empty one has been printed before.
type refusal struct{ err error }

func (r *refusal) Error() string {
	if r.err == nil {
		return "refused"
	}
	return r.err.Error()
}
func (r *refusal) Unwrap() error { return r.err }

// report prints an error and says which exit status it means. What is neither a
// failure nor a refusal is wrong usage.
func (p *program) report(cmd *cobra.Command, err error) int {
	var failed *failure
	var refused *refusal
	var talked *clientError
	var ended *shellError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &ended):
		return ended.status
	case errors.As(err, &talked):
		for i, line := range talked.lines() {
			if i == 0 {
				line = "ferry: " + line
			}
			fmt.Fprintln(p.stderr, line)
		}
		return statusOf(talked.err)
	case errors.As(err, &failed):
		fmt.Fprintln(p.stderr, "ferry:", failed.err)
		return exitFailed
	case errors.As(err, &refused):
		if refused.err != nil {
			fmt.Fprintln(p.stderr, refused.err)
		}
		return exitRefused
	}
	name := "ferry"
	if cmd != nil {
		name = cmd.CommandPath()
	}
	fmt.Fprintf(p.stderr, "%s: %v\nRun '%s --help' for usage.\n", name, err, name)
	return exitRefused
}

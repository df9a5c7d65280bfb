//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"ferry/internal/daemon"
)

// detach starts the second process and waits until it serves or has failed. What
// it says is printed; its failure is this process's.
func (p *program) detach(users []daemon.User) error {
	said, cmd, err := p.startAgain(users)
	if err != nil {
		return &failure{fmt.Errorf("cannot go to the background: %w", err)}
	}
	text, serves := strings.CutSuffix(said, readyMark)
	fmt.Fprint(p.stderr, text)
	if serves {
		return nil
	}
	var ended *exec.ExitError
	switch err := cmd.Wait(); {
	case err == nil:
		return &failure{errors.New("the process in the background ended before it served")}
	case errors.As(err, &ended) && ended.ExitCode() == exitRefused:
		return &refusal{}
	default:
		return &failure{fmt.Errorf("the process in the background ended before it served: %w", err)}
	}
}

// startAgain starts the second process, and returns what it wrote to the pipe
// until it closed it.
func (p *program) startAgain(users []daemon.User) (said string, cmd *exec.Cmd, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	secrets, err := json.Marshal(handover{Users: users})
	if err != nil {
		return "", nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = r.Close() }()
	cmd = &exec.Cmd{
		Path: self, Args: p.args, Env: append(os.Environ(), readyEnv+"=3"),
		Stdin:       bytes.NewReader(secrets),
		ExtraFiles:  []*os.File{w},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	// A file that was named with > stays where the log goes. A terminal does not,
	// and neither does a pipe: who reads it would wait for ever.
	if f, ok := p.stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			cmd.Stderr = f
		}
	}
	err = cmd.Start()
	_ = w.Close() // the second process has its own
	if err != nil {
		return "", nil, err
	}
	text, err := io.ReadAll(r)
	return string(text), cmd, err
}

package nsnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// limit bounds every wait for an event that must come.
const limit = 20 * time.Second

// playDaemon starts a process of a session of its own, says its number, and ends.
func playDaemon(*World, []string) error {
	cmd := exec.Command(selfPath)
	as(cmd, "linger")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		return err
	}
	_, err = fmt.Fprint(os.Stdout, cmd.Process.Pid)
	return err
}

// playLinger says that it is there, and stays until it is killed.
func playLinger(*World, []string) error {
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, unix.SIGUSR1)
	if _, err := fmt.Fprintln(os.Stdout, "here"); err != nil {
		return err
	}
	<-quit
	return nil
}

func playExit(_ *World, args []string) error {
	code, err := strconv.Atoi(args[0])
	if err == nil {
		os.Exit(code)
	}
	return err
}

// playEcho sends back what it reads.
func playEcho(*World, []string) error {
	_, err := io.Copy(os.Stdout, os.Stdin)
	return err
}

// startDaemon leaves a daemon on the host, and returns its number.
func startDaemon(h *Host) (pid int, err error) {
	out, err := on(h, "daemon").Output()
	if err != nil {
		return 0, fmt.Errorf("start a daemon: %w", err)
	}
	return strconv.Atoi(string(out))
}

// awaitEnd waits until a process that is nobody's child has ended.
func awaitEnd(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return awaitPidfd(fd)
}

func awaitPidfd(fd int) error {
	for end := time.Now().Add(limit); ; {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(time.Until(end).Milliseconds()))
		switch {
		case n > 0:
			return nil
		case err != nil && !errors.Is(err, unix.EINTR):
			return err
		case !time.Now().Before(end):
			return errors.New("a process has not ended")
		}
	}
}

// TestOrphans kills daemons, which must not stay as zombies, while processes with
// an exit code of their own come and go.
func TestOrphans(t *testing.T) { perform(t, "orphans") }

func playOrphans(w *World, _ []string) error {
	h, err := w.AddHost("h")
	if err != nil {
		return err
	}
	const rounds = 8
	results := make(chan error)
	for i := range rounds {
		go func() {
			pid, err := startDaemon(h)
			if err == nil {
				err = errors.Join(unix.Kill(pid, unix.SIGKILL), awaitBurial(pid))
			}
			results <- err
		}()
		go func() {
			exit, isExit := errors.AsType[*exec.ExitError](on(h, "exit", strconv.Itoa(i+3)).Run())
			if !isExit || exit.ExitCode() != i+3 {
				results <- fmt.Errorf("a process that exits with %d: %w", i+3, exit)
				return
			}
			results <- nil
		}()
	}
	for range 2 * rounds {
		err = errors.Join(err, <-results)
	}
	return err
}

// awaitBurial waits until a process is not even a zombie. No event tells that.
func awaitBurial(pid int) error {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	end := time.After(limit)
	for {
		if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-end:
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			return fmt.Errorf("process %d is still there: %s, %w", pid, status, err)
		}
	}
}

// TestDeathsig starts a process that is to die with its parent. It must not die
// with a thread.
func TestDeathsig(t *testing.T) { perform(t, "deathsig") }

func playDeathsig(w *World, _ []string) error {
	h, err := w.AddHost("h")
	if err != nil {
		return err
	}
	cmd := on(h, "echo")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for range 20 {
		if err := h.Do(func() error { return nil }); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(stdin, "alive\n"); err != nil {
		return err
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "alive\n" {
		return fmt.Errorf("the process says %q: %w", line, err)
	}
	if err := stdin.Close(); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	// Output and CombinedOutput start the process by another way.
	combined := h.Command(context.Background(), selfPath)
	as(combined.Cmd, "no such role")
	out, err := combined.CombinedOutput()
	if exit, isExit := errors.AsType[*exec.ExitError](err); !isExit || exit.ExitCode() != 2 || !strings.Contains(string(out), "no role") {
		return fmt.Errorf("CombinedOutput: %q, %w", out, err)
	}
	return nil
}

// TestSignals ends worlds by signals.
func TestSignals(t *testing.T) {
	tests := []struct {
		name, role string
		signal     unix.Signal
		code       int
	}{
		{"SIGTERM is handed on", "signals", unix.SIGTERM, 0},
		{"SIGKILL ends all", "signals", unix.SIGKILL, -1},
		{"the program dies", "killed", 0, 128 + int(unix.SIGKILL)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd := world(t, test.role)
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(stdout)
			if line, err := lines.ReadString('\n'); line != "ready\n" {
				t.Fatalf("the program says %q: %v", line, err)
			}
			for _, harmless := range []unix.Signal{unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, test.signal} {
				if err := cmd.Process.Signal(harmless); err != nil && test.signal != 0 {
					t.Fatal(err)
				}
			}
			if _, err := io.Copy(io.Discard, lines); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != test.code {
				t.Errorf("the world ends with %d: %v; want %d", cmd.ProcessState.ExitCode(), err, test.code)
			}
		})
	}
}

func playSignals(*World, []string) error {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, unix.SIGTERM)
	if _, err := fmt.Fprintln(os.Stdout, "ready"); err != nil {
		return err
	}
	<-terminate
	return nil
}

func playKilled(*World, []string) error {
	if _, err := fmt.Fprintln(os.Stdout, "ready"); err != nil {
		return err
	}
	return unix.Kill(os.Getpid(), unix.SIGKILL)
}

// TestExtraFiles hands a pipe over to the program, which closes it before it ends:
// nobody else in the world may hold it.
func TestExtraFiles(t *testing.T) {
	cmd := world(t, "extra")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.ExtraFiles = append(cmd.ExtraFiles, w)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if text, err := io.ReadAll(r); string(text) != "by descriptor 4" {
		t.Errorf("got %q: %v", text, err)
	}
	// The program, and a process on a host, run until here.
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func playExtra(w *World, _ []string) error {
	h, err := w.AddHost("h")
	if err != nil {
		return err
	}
	cmd := on(h, "echo")
	cmd.Stdin = os.Stdin
	if err := cmd.Start(); err != nil {
		return err
	}
	file := os.NewFile(4, "pipe")
	_, err = file.WriteString("by descriptor 4")
	return errors.Join(err, file.Close(), cmd.Wait())
}

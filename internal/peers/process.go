package peers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// process is a running peer. Its standard input, output and error are one file:
// vsftpd writes its complaints to descriptor 0, as inetd would have it.
type process struct {
	cmd  *exec.Cmd
	log  *os.File
	once sync.Once
	done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after done
}

// launches hands programs to the one goroutine that starts them.
var launches = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		// The kernel sends the parent-death signal when the THREAD that forked
		// ends, so that thread must live as long as the process.
		runtime.LockOSThread()
		for start := range c {
			start()
		}
	}()
	return c
})

// launch starts cmd in a process group of its own, which dies with the test
// process where the system can do that.
func launch(cmd *exec.Cmd) error {
	return launchOn(nil, cmd)
}

// launchOn is launch on a host, if it is not nil.
func launchOn(host *Host, cmd *exec.Cmd) error {
	result := make(chan error, 1)
	setGroup(cmd)
	if host != nil {
		host.enter(cmd)
	}
	launches() <- func() { result <- cmd.Start() }
	return <-result
}

// wait waits for a started cmd, and then ends what it has left behind in its
// group.
func wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	killGroup(cmd)
	return err
}

// startProcess runs program with args, its folder for logs and other files
// being dir, on a host if there is one.
func startProcess(host *Host, dir, program string, args, env []string) (*process, error) {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = log, log, log
	if err := launchOn(host, cmd); err != nil {
		_ = log.Close() // nothing was written
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		p.err = wait(cmd)
		close(p.done)
	}()
	return p, nil
}

// ended reports whether the process has ended by now.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop kills the process and its children, and waits for it.
func (p *process) stop() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		<-p.done
		_ = p.log.Close() // its text was written by another process
	})
}

// output is what the process has printed so far.
func (p *process) output() string {
	b, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// awaitListener returns when the process accepts connections at addr.
func (p *process) awaitListener(network, addr string) error {
	deadline := time.NewTimer(startLimit)
	defer deadline.Stop()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		conn, err := net.DialTimeout(network, addr, startLimit)
		if err == nil {
			_ = conn.Close()
			if !p.ended() {
				return nil
			}
		}
		select {
		case <-p.done:
			return fmt.Errorf("it ended before it listened on %s: %w", addr, errEnded(p.err))
		case <-deadline.C:
			return errors.Join(fmt.Errorf("it did not listen on %s within %v", addr, startLimit), err)
		case <-retry.C:
		}
	}
}

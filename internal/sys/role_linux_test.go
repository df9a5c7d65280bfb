package sys

import (
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// roleEnv tells the test binary what it was started again for.
const roleEnv = "FERRY_TEST_ROLE"

// roles are what gives up power, which a process can do only once. Each answers
// on standard output, in JSON.
var roles = map[string]func(args []string) any{
	"drop":     playDrop,
	"keep":     playKeep,
	"euid":     func([]string) any { return os.Geteuid() },
	"landlock": playLandlock,
}

func init() {
	role = func() func() {
		play := roles[os.Getenv(roleEnv)]
		if play == nil {
			return nil
		}
		return func() {
			if err := json.NewEncoder(os.Stdout).Encode(play(os.Args[1:])); err != nil {
				panic(err)
			}
		}
	}
}

// perform starts a test binary for a role, and reads the answer.
func perform(t *testing.T, binary, name string, answer any, args ...string) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+name)
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// needRoot skips a test of what only root can give up.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root has power to give up")
	}
}

// crowd starts threads that do what they are asked, each by itself: what holds
// for one thread alone is found out.
type crowd struct{ ask []chan func() }

func newCrowd(n int) *crowd {
	c := new(crowd)
	for range n {
		ask := make(chan func())
		c.ask = append(c.ask, ask)
		ready := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(ready)
			for f := range ask {
				f()
			}
		}()
		<-ready
	}
	return c
}

// all counts the threads on which f reports true.
func (c *crowd) all(f func() bool) (n int) {
	for _, ask := range c.ask {
		answer := make(chan bool)
		ask <- func() { answer <- f() }
		if <-answer {
			n++
		}
	}
	return n
}

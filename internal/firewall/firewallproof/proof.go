package firewallproof

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
	"ferry/internal/nsnet"
	"ferry/internal/peers"
)

// A Subject is a dialect and the way in which its texts are put in force.
type Subject struct {
	// Name is for subjects of one package that have the same dialect, or none. Empty:
	// the dialect's.
	Name    string
	Dialect *firewall.Dialect
	// Programs are the names of the peers that Load runs.
	Programs []string
	// Load puts a text in force on a host. It runs in a world, in another process than
	// the test; programs gives the paths of the Programs by their names.
	Load func(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error
	// Root says that Load needs the root of the machine, as Install does. All else works
	// in a user namespace too.
	Root bool
	// Besides are packets that the program lets through by itself, of which the notes
	// tell; nil: none. They are not looked at.
	Besides func(plan *firewall.Plan, packet *firewall.Packet) bool
	// Limit is how long a connection may take that must work. 0: 20 s.
	Limit time.Duration
	// Play is what Perform does, in a world of its own.
	Play func(w *nsnet.World, programs map[string]string) error
}

// name is the subject's name.
func (s *Subject) name() string {
	if s.Name == "" {
		return s.Dialect.Name
	}
	return s.Name
}

// jobEnv hands a job to the process in the world.
const jobEnv = "FERRY_FIREWALLPROOF_JOB"

// A job is what the process in the world is to do.
type job struct {
	Subject  string
	Case     firewalltest.Case
	Programs map[string]string
	Scan     bool
	Play     bool
}

// Main is for TestMain: it runs the tests, or, in a process that Prove has started,
// the proof. It returns the exit code.
func Main(m *testing.M, subjects ...Subject) int {
	text := os.Getenv(jobEnv)
	if text == "" {
		return m.Run()
	}
	if err := run(text, subjects); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// run does the job in the world.
func run(text string, subjects []Subject) error {
	w, err := nsnet.Enter()
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	for _, s := range subjects {
		switch {
		case s.name() != j.Subject:
		case j.Play:
			return s.Play(w, j.Programs)
		default:
			return prove(w, &s, &j)
		}
	}
	return fmt.Errorf("no subject is named %q", j.Subject)
}

// Prove proves the text that the dialect of a subject writes for a case. With scan
// it knocks at every port of both ends. The package's TestMain must call Main.
func Prove(t *testing.T, s Subject, c firewalltest.Case, scan bool) {
	t.Helper()
	if complaint := Try(t, s, c, scan); complaint != "" {
		t.Errorf("%s, %s (%s): %s", s.name(), c.Name, c.Args, complaint)
	}
}

// Try is Prove that returns what is wrong, "" for nothing.
func Try(t *testing.T, s Subject, c firewalltest.Case, scan bool) string {
	t.Helper()
	return start(t, &s, &job{Case: c, Scan: scan})
}

// Perform runs the Play of a subject.
func Perform(t *testing.T, s Subject) {
	t.Helper()
	if complaint := start(t, &s, &job{Play: true}); complaint != "" {
		t.Errorf("%s: %s", s.name(), complaint)
	}
}

// start does a job in a world.
func start(t *testing.T, s *Subject, j *job) (complaint string) {
	t.Helper()
	j.Subject, j.Programs = s.name(), make(map[string]string)
	for _, name := range s.Programs {
		j.Programs[name] = peers.Need(t, name)
	}
	Need(t, s.Root)
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	cmd := nsnet.Command(t.Context(), self(t))
	cmd.Env = append(os.Environ(), jobEnv+"="+string(text))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Sprintf("%v\n%s", err, out)
	}
	return ""
}

// Need skips a test where no world can be made, or none of the machine's root if that
// is asked for. For root with CI=true it fails: to all others the kernel may refuse it.
func Need(t testing.TB, root bool) {
	t.Helper()
	how, err := nsnet.Check()
	if err == nil && root && how != nsnet.AsRoot {
		err = errors.New("only root can make packages look installed")
	}
	switch {
	case err == nil:
	case os.Getenv("CI") == "true" && os.Geteuid() == 0:
		t.Fatalf("%v (CI=true: nothing may be left out)", err)
	default:
		t.Skip(err)
	}
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

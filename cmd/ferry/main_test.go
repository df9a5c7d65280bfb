package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary the program too: scripts run it as "ferry", and as
// "ftp".
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ferry": main, "ftp": main})
}

// TestScripts runs testdata/script. Beside testscript's own commands there are
//
//	exits STATUS COMMAND [ARG]...  run a command, and want this exit status
//	start [NAME=VALUE]... ARG...   run ferry, wait until it listens, set $ADDR
//	inetd ARG...                   run ferry with a connection as descriptor 0
//	inetwait ARG...                run ferry with a listening socket there
//	signal NAME                    send it a signal: INT, TERM or HUP
//	await TEXT                     wait until it has said TEXT on stderr
//	ended STATUS                   wait until it ends; files out and err say what it said
//	detached FILE                  take over the server that FILE, a log, tells of
//	login [USER PASSWORD]          log in at $ADDR
//	refused USER PASSWORD          be refused there
//	fetch NAME FILE                retrieve NAME into FILE
//	put FILE NAME, ! put           store FILE as NAME, or fail to
//	begin NAME, finish             store in two steps, with other things between
//	hangup                         log out, and wait until the server closes
//	dismissed                      be sent away by a server that stops
//	unreachable                    find that nobody listens at $ADDR
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// A program with the race detector ends a second later otherwise.
			env.Setenv("GORACE", raceSettings)
			// Nothing of the user's who runs the tests: no files, no keyring.
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(env.WorkDir, "no-bus"))
			// Ports of its own for the passive data connections of its server, as
			// scripts run beside each other. $PASSIVE2 is for a second one.
			n := 21000 + 100*int(scripts.Add(1))
			env.Setenv("PASSIVE", fmt.Sprintf("%d-%d", n, n+49))
			env.Setenv("PASSIVE2", fmt.Sprintf("%d-%d", n+50, n+99))
			s := &stage{}
			env.Values[stageKey{}] = s
			env.Defer(s.clear)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("there is no such condition")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    cmdExits,
			"start":    cmdStart,
			"inetd":    cmdInetd,
			"inetwait": cmdInetwait,
			"signal":   cmdSignal,
			"await":    cmdAwait,
			"ended":    cmdEnded,
			"detached": cmdDetached,
			"login":    cmdLogin,
			"refused":  cmdRefused,
			"fetch":    cmdFetch,
			"put":      cmdPut,
			"begin":    cmdBegin,
			"finish":   cmdFinish,
			"hangup":   cmdHangup,

			"dismissed":   cmdDismissed,
			"unreachable": cmdUnreachable,
		},
	})
}

// raceSettings are for the race detector of the programs that scripts run.
const raceSettings = "atexit_sleep_ms=0"

// stageKey finds the stage of a script.
type stageKey struct{}

// scripts counts those that have begun.
var scripts atomic.Int32

// stage is what goes on in one script: a server and a client.
type stage struct {
	server *server // the last that was started
	all    []*server
	client *client
}

func stageOf(ts *testscript.TestScript) *stage {
	s, ok := ts.Value(stageKey{}).(*stage)
	if !ok {
		ts.Fatalf("the script has no stage")
	}
	return s
}

// add makes a server the one that the commands mean.
func (s *stage) add(srv *server) { s.server, s.all = srv, append(s.all, srv) }

// clear ends what the script has left behind.
func (s *stage) clear() {
	if s.client != nil {
		s.client.close()
	}
	for _, server := range s.all {
		server.kill()
	}
}

// args checks the number of arguments of a command.
func args(ts *testscript.TestScript, neg, mayNeg bool, got []string, least int) {
	if neg && !mayNeg || len(got) < least {
		ts.Fatalf("wrong use of a command of the test: %q", got)
	}
}

func cmdExits(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 2)
	want, err := strconv.Atoi(a[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(a[1], a[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// unixOnly skips what other systems do not have.
func unixOnly(ts *testscript.TestScript) {
	if runtime.GOOS == "windows" {
		ts.Fatalf("start the script with [!unix] skip")
	}
}

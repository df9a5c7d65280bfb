package nft

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/internal/nsnet"
	"ferry/internal/peers"
)

// playTry applies rules on trial as a command line does, says so, and waits for ever.
func playTry(args []string) error {
	l := &Live{Path: args[0], StateDir: args[1], Guard: []string{"/proc/self/exe", guardWord}}
	text, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	wait, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	if _, err := l.Try(context.Background(), string(text), wait); err != nil {
		return err
	}
	fmt.Println("applied") //nolint:forbidigo // It is read by the test.
	select {}
}

// TestTry sees rules on trial being kept and rolled back.
func TestTry(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	old, text := textOf(t, "server-passive"), textOf(t, "server-both")
	for _, test := range []struct {
		name   string
		before string // what is loaded before
		wait   time.Duration
		act    func(t *testing.T, l *Live, tr *Trial)
		kept   bool
	}{
		{"nobody confirms", old, time.Second, func(*testing.T, *Live, *Trial) {}, false},
		{"nobody confirms, and nothing was there", "", time.Second, func(*testing.T, *Live, *Trial) {}, false},
		{"kept", old, time.Hour, func(t *testing.T, _ *Live, tr *Trial) { must(t, tr.Keep()) }, true},
		{"undone", old, time.Hour, func(t *testing.T, _ *Live, tr *Trial) { must(t, tr.Undo(t.Context())) }, false},
		{"kept by another", old, time.Hour, func(t *testing.T, l *Live, _ *Trial) {
			other, err := l.Pending()
			must(t, err)
			must(t, other.Keep())
		}, true},
		{"others must wait", old, time.Hour, func(t *testing.T, l *Live, tr *Trial) {
			for name, err := range map[string]error{"apply": l.Apply(t.Context(), old), "remove": l.Remove(t.Context())} {
				if !errors.Is(err, ErrPending) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := l.Try(t.Context(), old, time.Hour); !errors.Is(err, ErrPending) {
				t.Errorf("try: %v", err)
			}
			must(t, tr.Undo(t.Context()))
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, h := live(t, w, t.Name())
			must(t, h.Do(func() error {
				if test.before != "" {
					must(t, l.Apply(t.Context(), test.before))
				}
				was := listed(t, l)
				tr, err := l.Try(t.Context(), text, test.wait)
				must(t, err)
				now := listed(t, l)
				if now == was {
					t.Error("nothing was applied")
				}
				test.act(t, l, tr)
				ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
				defer cancel()
				kept, err := tr.Wait(ctx)
				if err != nil || kept != test.kept {
					t.Errorf("kept %v: %v", kept, err)
				}
				want := was
				if test.kept {
					want = now
				}
				if got := listed(t, l); got != want {
					t.Errorf("loaded is\n%s\nwant\n%s", got, want)
				}
				if _, err := l.Pending(); !errors.Is(err, ErrNothingPending) {
					t.Errorf("afterwards: %v", err)
				}
				switch err := tr.Keep(); {
				case test.kept && err != nil, !test.kept && !errors.Is(err, ErrRolledBack):
					t.Errorf("too late: %v", err)
				}
				// And again, with what the first trial has left.
				again, err := l.Try(t.Context(), old, time.Hour)
				must(t, err)
				if err := tr.Undo(ctx); !errors.Is(err, ErrNothingPending) {
					t.Errorf("undo the first trial in the second: %v", err)
				}
				if err := tr.Keep(); !errors.Is(err, ErrNothingPending) {
					t.Errorf("keep the first trial in the second: %v", err)
				}
				must(t, again.Keep())
				if kept, err := again.Wait(ctx); !kept || err != nil {
					t.Errorf("the second trial: kept %v: %v", kept, err)
				}
				return nil
			}))
		})
	}
}

// TestTryKilled ends the process that has applied rules on trial, with all of its
// process group.
func TestTryKilled(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	old, text := textOf(t, "server-passive"), textOf(t, "server-both")
	for _, test := range []struct {
		name   string
		signal syscall.Signal
	}{{"killed", syscall.SIGKILL}, {"terminal lost", syscall.SIGHUP}, {"interrupted", syscall.SIGINT}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, h := live(t, w, t.Name())
			file := filepath.Join(t.TempDir(), "rules")
			must(t, os.WriteFile(file, []byte(text), 0o600))
			must(t, h.Do(func() error { return l.Apply(t.Context(), old) }))
			was := listedOn(t, h, l)
			cmd := h.Command(t.Context(), "/proc/self/exe", tryWord, peers.Need(t, "nft"), l.StateDir, file, "2s")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			must(t, err)
			must(t, cmd.Start())
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "applied\n" {
				t.Fatalf("it says %q: %v", line, err)
			}
			if now := listedOn(t, h, l); now == was {
				t.Error("nothing was applied")
			}
			// The whole group, as a terminal does.
			must(t, syscall.Kill(-cmd.Process.Pid, test.signal))
			if err := cmd.Wait(); err == nil {
				t.Error("the process has ended by itself")
			}
			must(t, h.Do(func() error {
				tr, err := l.Pending()
				if err != nil {
					return err
				}
				ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
				defer cancel()
				kept, err := tr.Wait(ctx)
				if kept {
					t.Error("the rules were kept")
				}
				return err
			}))
			if got := listedOn(t, h, l); got != was {
				t.Errorf("loaded is\n%s\nwant\n%s", got, was)
			}
		})
	}
}

// TestTryTwice begins several trials at once: one wins, the others must wait.
func TestTryTwice(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	l, h := live(t, w, t.Name())
	text := textOf(t, "server-both")
	const many = 6
	results := make(chan error, many)
	trials := make(chan *Trial, many)
	for range many {
		go func() {
			results <- h.Do(func() error {
				tr, err := l.Try(t.Context(), text, time.Hour)
				if err == nil {
					trials <- tr
				}
				return err
			})
		}()
	}
	won := 0
	for range many {
		if err := <-results; err == nil {
			won++
		} else if !errors.Is(err, ErrPending) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Fatalf("%d trials have begun", won)
	}
	must(t, (<-trials).Undo(t.Context()))
	if got := listedOn(t, h, l); got != ErrNoTable.Error() {
		t.Errorf("loaded is\n%s", got)
	}
}

// TestTryRefused: what cannot be guarded changes nothing.
func TestTryRefused(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	l, h := live(t, w, t.Name())
	must(t, h.Do(func() error {
		text := textOf(t, "server-both")
		for _, test := range []struct {
			name  string
			guard []string
			text  string
			wait  time.Duration
			want  string
		}{
			{"no time", l.Guard, text, time.Millisecond, "too short"},
			{"no guard", nil, text, time.Minute, "no command"},
			{"a guard that is not there", []string{"/dev/null/guard"}, text, time.Minute, "start the guard"},
			{"a guard that fails", []string{"/bin/false"}, text, time.Minute, "no rule was changed"},
			{"a broken text", l.Guard, "table inet ferry { nonsense }", time.Minute, "syntax error"},
		} {
			other := *l
			other.Guard = test.guard
			if _, err := other.Try(t.Context(), test.text, test.wait); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
			if _, err := l.Text(t.Context()); !errors.Is(err, ErrNoTable) {
				t.Errorf("%s: something was loaded: %v", test.name, err)
			}
			if _, err := l.Pending(); !errors.Is(err, ErrNothingPending) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		return nil
	}))
}

// listed is the table, or that there is none.
func listed(t *testing.T, l *Live) string {
	t.Helper()
	text, err := l.Text(t.Context())
	if errors.Is(err, ErrNoTable) {
		return err.Error()
	}
	must(t, err)
	return text
}

func listedOn(t *testing.T, h *nsnet.Host, l *Live) (text string) {
	t.Helper()
	must(t, h.Do(func() error { text = listed(t, l); return nil }))
	return text
}

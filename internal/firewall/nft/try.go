package nft

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What can be wrong with rules that wait for confirmation.
var (
	// ErrPending says that rules wait for confirmation: keep them or wait.
	ErrPending = errors.New("rules that were applied before wait for confirmation: keep them, or wait until they are rolled back")
	// ErrNothingPending says that no rules wait.
	ErrNothingPending = errors.New("no rules wait for confirmation")
	// ErrRolledBack says that the confirmation comes too late.
	ErrRolledBack = errors.New("too late: the rules were rolled back")
)

// A Trial is rules that are loaded and will be rolled back unless they are confirmed
// in time. A process of its own ([Guard]) sees to that: it does not matter what
// becomes of the one that has applied them, of its terminal or of the network.
type Trial struct {
	// Deadline is when the rules are rolled back.
	Deadline time.Time
	dir      string
	id       string // of this trial; the folder is used again
}

// The files of a trial. Whoever makes the decision file decides. They stay when the
// guard has ended, for those who ask what has become of the rules, until the next
// trial.
const (
	settingsFile = "settings.json"
	restoreFile  = "restore.nft" // text for nft that brings back what was there
	decisionFile = "decision-"   // and the trial's id
	lockFile     = "lock-"       // and the id; locked as long as the guard lives

	decidedKeep = "keep"
	decidedUndo = "undo"
)

// settings are what the guard is told.
type settings struct {
	ID       string
	Path     string // the nft program
	Deadline time.Time
	Wait     time.Duration
}

// readSettings reads what was written for the guard of the last trial.
func readSettings(dir string) (settings, error) {
	var s settings
	file := filepath.Join(dir, settingsFile)
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read %s: %w", file, err)
	}
	return s, nil
}

// shortestWait is the shortest time in which rules can be confirmed.
const shortestWait = time.Second

// Try applies a text as Apply does, and has it rolled back after the time, unless the
// trial is kept. What is rolled back to is the table as it is now, or none. The guard
// is armed before the first rule changes; if it cannot be, nothing is changed.
//
// A command line asks on a terminal and calls [Trial.Keep] or [Trial.Undo]. Better
// is a confirmation from a new login ([Live.Pending] and Keep), for it proves that new
// connections still get in, which an old one does not.
func (l *Live) Try(ctx context.Context, text string, wait time.Duration) (*Trial, error) {
	if wait < shortestWait {
		return nil, fmt.Errorf("%s is too short to confirm rules: say %s or more", wait, shortestWait)
	}
	if len(l.Guard) == 0 {
		return nil, errors.New("there is no command that guards rules on trial")
	}
	dir, err := l.trialDir()
	if err != nil {
		return nil, err
	}
	// Of two at once one waits, and then finds the trial of the other.
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("keep what is loaded now: %w", err)
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := l.refusePending(); err != nil {
		return nil, err
	}
	if err := l.Check(ctx, text); err != nil {
		return nil, err
	}
	restore, err := l.restoring(ctx)
	if err != nil {
		return nil, err
	}
	path, err := l.program()
	if err != nil {
		return nil, err
	}
	t := &Trial{Deadline: time.Now().Add(wait), dir: dir, id: rand.Text()}
	if err := t.write(settings{t.id, path, t.Deadline, wait}, restore); err != nil {
		return nil, err
	}
	if err := t.arm(ctx, l.Guard); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if _, err := l.run(ctx, text, "-f", "-"); err != nil {
		return nil, errors.Join(err, t.Keep()) // nothing has changed
	}
	return t, nil
}

// trialDir is the folder of trials in this network namespace.
func (l *Live) trialDir() (string, error) {
	state := l.StateDir
	if state == "" {
		state = "/run/ferry"
	}
	id, err := namespace()
	if err != nil {
		return "", err
	}
	return filepath.Join(state, "rules-on-trial-"+id), nil
}

// Pending gives the rules that wait for confirmation, applied by whatever process. It
// is [ErrNothingPending] if there are none.
func (l *Live) Pending() (*Trial, error) {
	dir, err := l.trialDir()
	if err != nil {
		return nil, err
	}
	s, err := readSettings(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNothingPending
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: %w", ErrNoPrivilege, err)
	case err != nil:
		return nil, err
	}
	t := &Trial{Deadline: s.Deadline, dir: dir, id: s.ID}
	if _, decided := t.decision(); decided || !locked(filepath.Join(dir, lockFile+s.ID)) {
		// It is being ended, or its guard was killed: nothing is rolled back any more.
		return nil, ErrNothingPending
	}
	return t, nil
}

// refusePending is an error while rules wait.
func (l *Live) refusePending() error {
	switch _, err := l.Pending(); {
	case err == nil:
		return ErrPending
	case errors.Is(err, ErrNothingPending), errors.Is(err, ErrNotLinux):
		return nil
	default:
		return err
	}
}

// write makes the folder of the trial, in place of one that a killed guard has left.
func (t *Trial) write(s settings, restore string) error {
	// What is left of a trial that has ended; a living one was refused.
	if err := os.RemoveAll(t.dir); err != nil {
		return err
	}
	if err := os.Mkdir(t.dir, 0o700); err != nil {
		return fmt.Errorf("keep what is loaded now: %w", err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	// Whoever finds the settings finds all of them.
	draft := filepath.Join(t.dir, "draft")
	err = errors.Join(
		os.WriteFile(filepath.Join(t.dir, restoreFile), []byte(restore), 0o600),
		os.WriteFile(draft, text, 0o600))
	if err == nil {
		err = os.Rename(draft, filepath.Join(t.dir, settingsFile))
	}
	return err
}

// arm starts the guard and waits until it says that it is ready.
func (t *Trial) arm(ctx context.Context, command []string) error {
	cmd := exec.Command(command[0], append(command[1:len(command):len(command)], t.dir)...)
	cmd.Dir = "/"
	detach(cmd)
	ready, says, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = ready.Close() }()
	cmd.Stdout = says
	err = cmd.Start()
	_ = says.Close() // the guard has the other end
	if err != nil {
		return fmt.Errorf("start the guard: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	stop := context.AfterFunc(ctx, func() { _ = ready.Close() })
	defer stop()
	line, err := bufio.NewReader(ready).ReadString('\n')
	if line != guardReady {
		_ = cmd.Process.Kill()
		return fmt.Errorf("the guard does not start, so no rule was changed: it says %q: %w", strings.TrimSpace(line), err)
	}
	return nil
}

// Keep keeps the rules. It is [ErrRolledBack] if the time is over, and
// [ErrNothingPending] if another trial has begun since.
func (t *Trial) Keep() error {
	switch decided, err := t.decide(decidedKeep); {
	case err != nil:
		return err
	case decided != decidedKeep:
		return ErrRolledBack
	}
	return nil
}

// Undo rolls back now, and waits until that is done. It does nothing if the rules
// were kept or rolled back before, and is [ErrNothingPending] if another trial has
// begun since.
func (t *Trial) Undo(ctx context.Context) error {
	if _, err := t.decide(decidedUndo); err != nil {
		return err
	}
	_, err := t.Wait(ctx)
	return err
}

// Wait waits until the guard has ended, and says whether the rules were kept. An
// error says why they could not be rolled back.
func (t *Trial) Wait(ctx context.Context) (kept bool, err error) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for locked(filepath.Join(t.dir, lockFile+t.id)) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	if failure, err := os.ReadFile(filepath.Join(t.dir, failureFile)); err == nil {
		return false, fmt.Errorf("the rules could not be rolled back: %s; nft -f %s brings back what was loaded before", failure, filepath.Join(t.dir, restoreFile))
	}
	decision, _ := t.decision()
	return decision == decidedKeep, nil
}

// decide makes the decision, unless it was made before, and gives it.
func (t *Trial) decide(word string) (string, error) {
	if s, err := readSettings(t.dir); err != nil || s.ID != t.id {
		return "", ErrNothingPending
	}
	// A file that is there under its name has its content: it is linked, not written.
	draft, err := os.CreateTemp(t.dir, "draft-*")
	if err != nil {
		return "", fmt.Errorf("decide about the rules on trial: %w", err)
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(word)
	if err = errors.Join(err, draft.Close()); err != nil {
		return "", err
	}
	err = os.Link(draft.Name(), filepath.Join(t.dir, decisionFile+t.id))
	if errors.Is(err, fs.ErrExist) {
		word, _ = t.decision()
		return word, nil
	}
	return word, err
}

// decision reads the decision if there is one.
func (t *Trial) decision() (string, bool) {
	word, err := os.ReadFile(filepath.Join(t.dir, decisionFile+t.id))
	return string(word), err == nil
}

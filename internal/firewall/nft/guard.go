package nft

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// guardReady is what the guard says once nothing can keep it from rolling back.
	guardReady = "armed\n"
	// failureFile says why rolling back has failed.
	failureFile = "failure"
	// look is how often a decision is looked for.
	look = 100 * time.Millisecond
	// attempts and pause are for rolling back, should it fail: somebody else may
	// change rules at the same time.
	attempts = 5
	pause    = time.Second
)

// Guard is the process that [Live.Try] starts: it waits for the decision about the
// rules on trial in the folder, and rolls them back if there is none in time. It
// must be the only thing that its process does. SIGTERM makes it roll back at once;
// a lost terminal and Ctrl-C do not move it.
func Guard(dir string) error {
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE)
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)

	s, err := readSettings(dir)
	if err != nil {
		return err
	}
	restore, err := os.ReadFile(filepath.Join(dir, restoreFile))
	if err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(dir, lockFile+s.ID))
	if err != nil {
		return err
	}
	defer unlock()
	deadline := time.NewTimer(s.Wait)
	if _, err := os.Stdout.WriteString(guardReady); err != nil {
		return err
	}
	_ = os.Stdout.Close() // nobody listens any more

	t := &Trial{dir: dir, id: s.ID}
	if t.await(deadline.C, terminate) == decidedKeep {
		return os.Remove(filepath.Join(dir, restoreFile))
	}
	l := &Live{Path: s.Path}
	for i := range attempts {
		if i > 0 {
			<-time.After(pause)
		}
		if _, err = l.run(context.Background(), string(restore), "-f", "-"); err == nil {
			return os.Remove(filepath.Join(dir, restoreFile))
		}
	}
	return errors.Join(err, os.WriteFile(filepath.Join(dir, failureFile), []byte(err.Error()), 0o600))
}

// await waits for the decision, and makes it when the time is over.
func (t *Trial) await(deadline <-chan time.Time, terminate <-chan os.Signal) string {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if word, decided := t.decision(); decided {
				return word
			}
		case <-terminate:
			return t.undo()
		case <-deadline:
			return t.undo()
		}
	}
}

// undo decides to roll back, unless the rules were kept at the last moment. Where
// the decision cannot be written down, rolling back is what is safe.
func (t *Trial) undo() string {
	word, err := t.decide(decidedUndo)
	if err != nil {
		return decidedUndo
	}
	return word
}

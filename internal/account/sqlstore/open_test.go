package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/internal/account"
	"ferry/internal/account/accounttest"
)

func TestOpenMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.db")
	if s, err := Open(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing = %v, %v", s, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open has made the file (%v)", err)
	}
	if s, err := Create(t.Context(), filepath.Join(path, "users.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create without the directory = %v, %v", s, err)
	}
}

// TestReopen finds everything again, in a file of a name that means something in
// a URI.
func TestReopen(t *testing.T) {
	name := "us ers?mode=memory&x#100%41.db"
	if runtime.GOOS == "windows" {
		name = "us ers&x#100%41.db"
	}
	path := filepath.Join(t.TempDir(), name)
	first, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Add(t.Context(), accounttest.Full("alice")); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		if err != nil || len(files) != 3 {
			t.Errorf("there are the files %q (%v), want three", files, err)
		}
		for _, name := range files {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v; want 0600", name, info.Mode(), err)
			}
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	u, err := second.Lookup(t.Context(), "alice")
	if err != nil || u.Access.String() != accounttest.Full("alice").Access.String() {
		t.Errorf("after opening again: %+v, %v", u, err)
	}
}

func TestOpenRefusesOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such permissions")
	}
	path := filepath.Join(t.TempDir(), "users.db")
	create(t, path)
	for mode, ok := range map[fs.FileMode]bool{0o604: false, 0o602: false, 0o640: true, 0o660: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), path)
		if (err == nil) != ok {
			t.Errorf("Open of a file with %v: %v", mode, err)
		}
		if err == nil {
			_ = s.Close()
		}
	}
	if _, err := Open(t.Context(), filepath.Dir(path)); err == nil {
		t.Error("Open takes a directory")
	}
}

// TestOpenForeign leaves alone what is not its own.
func TestOpenForeign(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), text); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("Open of a text = %v", err)
	}
	for name, test := range map[string]struct{ statement, says string }{
		"other": {"CREATE TABLE users (name TEXT)", "not one of ferry's"},
		"newer": {"PRAGMA user_version = 99", "a newer one has made it"},
		"odd":   {"PRAGMA user_version = -1", "not one of ferry's"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", dataSource(path))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), test.statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Open of the %s database = %v; want an error with %q", name, err, test.says)
		}
	}
}

// TestForeignKeys makes sure that nothing stays of a user who is removed.
func TestForeignKeys(t *testing.T) {
	s := create(t, filepath.Join(t.TempDir(), "users.db"))
	if err := s.Add(t.Context(), accounttest.Full("alice")); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		t.Helper()
		if err := s.db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM rules) + (SELECT count(*) FROM networks)").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 7 {
		t.Errorf("there are %d rules and networks, want 7", n)
	}
	if err := s.Remove(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("after Remove there are %d rules and networks", n)
	}
	// The schema holds what the code has not seen to.
	for _, statement := range []string{
		"INSERT INTO rules VALUES ('nobody', 0, '/', 'all')",
		"INSERT INTO networks VALUES ('nobody', 0, 0, '::/0')",
	} {
		if _, err := s.db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s has no user, and was taken", statement)
		}
	}
}

// workerEnv tells the test's program that it is one of TestProcesses' workers:
// its value is the file and the worker's name.
const workerEnv = "FERRY_SQLSTORE_WORKER"

func TestMain(m *testing.M) {
	if worker := os.Getenv(workerEnv); worker != "" {
		path, name, _ := strings.Cut(worker, "|")
		if err := work(path, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// rounds is how often a worker does each thing.
const rounds = 8

// work opens a database that perhaps does not exist, and changes it together
// with others.
func work(path, name string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for range rounds {
		s, err := Create(ctx, path)
		if err != nil {
			return err
		}
		if err := s.Add(ctx, accounttest.Plain("everybody")); err != nil && !errors.Is(err, account.ErrExists) {
			return err
		}
		if err := errors.Join(
			s.Add(ctx, accounttest.Full(name)),
			s.Update(ctx, "everybody", func(u *account.User) error { u.QuotaFiles++; return nil }),
			s.Remove(ctx, name),
			s.Close(),
		); err != nil {
			return err
		}
	}
	return nil
}

// TestProcesses lets several processes make, migrate, use and close one database
// at the same time.
func TestProcesses(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "users.db")
	const workers = 4
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|worker%d", workerEnv, path, w))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("worker %d: %v: %s", w, err, out)
			}
		})
	}
	all.Wait()
	s := create(t, path)
	u, err := s.Lookup(t.Context(), "everybody")
	if err != nil || u.QuotaFiles != workers*rounds {
		t.Errorf("everybody = %+v, %v; want %d changes", u, err, workers*rounds)
	}
	for u, err := range s.List(t.Context()) {
		if err != nil || u.Name != "everybody" {
			t.Errorf("there is %v, %v", u, err)
		}
	}
}

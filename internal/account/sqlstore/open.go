package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// busyTimeout is how long a statement waits for another process that writes, in
// milliseconds. A write takes a few.
const busyTimeout = "5000"

// Store is a database of users in a file.
type Store struct {
	db *sql.DB
}

// Open opens the database of a file that exists, else the error is
// fs.ErrNotExist. One that others than owner and group can read or write is
// refused, where the system has such permissions.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, os.O_RDWR)
}

// Create opens the database of a file, and makes it if it does not exist; nobody
// but its owner may then read and write it. The directory must exist.
func Create(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, os.O_RDWR|os.O_CREATE)
}

func open(ctx context.Context, path string, flags int) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database of users: %w", err)
	}
	if err := touch(path, flags); err != nil {
		return nil, fmt.Errorf("database of users: %w", err)
	}
	db, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("database of users %s: %w", path, err)
	}
	// Each keeps the file open and some memory; logins are short.
	db.SetMaxOpenConns(4)
	if err := prepare(ctx, db); err != nil {
		return nil, fmt.Errorf("database of users %s: %w", path, errors.Join(err, db.Close()))
	}
	return &Store{db: db}, nil
}

// touch makes the file with the permissions that it shall have, as SQLite would
// not, and looks at one that exists. The files beside it (-wal, -shm) get the same
// permissions from SQLite.
func touch(path string, flags int) error {
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	switch {
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0:
		return &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("others may read or change it (%v): it has hashes of passwords; run chmod o= on it", info.Mode().Perm())}
	}
	return nil
}

// dataSource is the URI of a file, with what each connection begins with. Writing
// transactions lock at their beginning, so that none fails half-way because
// another process was faster.
func dataSource(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/dir/file
	}
	uri := url.URL{Scheme: "file", Path: path}
	query := url.Values{
		"_pragma": {"busy_timeout(" + busyTimeout + ")", "foreign_keys(1)"},
		"_txlock": {"immediate"},
		// The file is there: whoever removes it meanwhile shall not get a new one.
		"mode": {"rw"},
	}
	// Opaque text would lose the escapes that keep ? and # part of the name.
	return "file://" + uri.EscapedPath() + "?" + query.Encode()
}

// prepare brings the file into the state that the store expects. The write-ahead
// log lets others read while one writes; it is a property of the file and stays.
func prepare(ctx context.Context, db *sql.DB) error {
	mode := ""
	if err := retry(ctx, func() error {
		return db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
	}); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system allows no write-ahead log (journal mode %q): keep it on a local disk", mode)
	}
	return migrate(ctx, db)
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

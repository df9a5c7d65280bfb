package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite waits by itself where a lock is in the way (busy_timeout), but for a few
// moments: when several processes turn a new file to its write-ahead log at once,
// or one closes it for good while another opens it. There it says SQLITE_BUSY at
// once, and trying again is all that there is to do.
const (
	retries    = 200
	retryPause = 10 * time.Millisecond
)

// retry calls f again while another process is in the way.
func retry(ctx context.Context, f func() error) error {
	for range retries {
		err := f()
		if !isBusy(err) {
			return err
		}
		select {
		case <-time.After(retryPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f()
}

// isBusy reports that another connection is in the way.
func isBusy(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_BUSY
}

// isTaken reports that a key is there already.
func isTaken(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && (failed.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}

// write does f in a transaction in which nobody else writes. An error of f undoes
// what it has done.
func write(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, nil, f)
}

// read does f in a transaction in which all that it sees is of one moment.
func read(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, &sql.TxOptions{ReadOnly: true}, f)
}

func transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, f func(*sql.Tx) error) error {
	var tx *sql.Tx
	if err := retry(ctx, func() (err error) {
		tx, err = db.BeginTx(ctx, opts)
		return err
	}); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // err says why
		return err
	}
	return tx.Commit()
}

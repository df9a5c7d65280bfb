package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// The schema as steps: the statements of the file NNNN.sql turn version NNNN-1
// into NNNN. A step that has been released is never changed; a new one follows.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. SQLite itself keeps the version
// (PRAGMA user_version), and changes it in the transaction of the step: of
// several processes that open an old database at once, one migrates it and
// the others find it done. It refuses a database that belongs to something else,
// and one that a newer ferry has made.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := fs.Glob(migrations, "migrations/*.sql") // in their order
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, db)
	if err != nil || version == len(steps) {
		return err
	}
	return write(ctx, db, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx) // now that nobody else can change it
		switch {
		case err != nil:
			return err
		case version > len(steps):
			return fmt.Errorf("the database has version %d, and this ferry knows up to %d: a newer one has made it", version, len(steps))
		case version == 0:
			if err := wantEmpty(ctx, tx); err != nil {
				return err
			}
		}
		for n := version; n < len(steps); n++ {
			text, err := migrations.ReadFile(steps[n])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migrating to version %d: %w", n+1, err)
			}
		}
		// A pragma takes no parameters, and the number is our own.
		_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(steps)))
		return err
	})
}

// A queryer is a database or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func schemaVersion(ctx context.Context, db queryer) (int, error) {
	version := 0
	err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil && version < 0 {
		err = fmt.Errorf("the database has version %d: it is not one of ferry's", version)
	}
	return version, err
}

// wantEmpty refuses a database without a version that has tables already.
func wantEmpty(ctx context.Context, db queryer) error {
	tables := 0
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return fmt.Errorf("the database has tables of something else: it is not one of ferry's")
	}
	return nil
}

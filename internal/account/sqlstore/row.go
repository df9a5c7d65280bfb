package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"ferry/internal/account"
)

// columns are those of users, in the order of scanUser and userArgs.
const columns = `name, password_hash, comment, disabled, expires, root, home,
	upload_rate, download_rate, quota_bytes, quota_files, max_sessions, active, passive, tls_required`

// scanUser reads a row of users.
func scanUser(scan func(...any) error) (*account.User, error) {
	var u account.User
	var expires sql.NullInt64
	var active, passive bool
	if err := scan(&u.Name, &u.PasswordHash, &u.Comment, &u.Disabled, &expires, &u.Root, &u.Home,
		&u.UploadRate, &u.DownloadRate, &u.QuotaBytes, &u.QuotaFiles, &u.MaxSessions,
		&active, &passive, &u.TLSRequired); err != nil {
		return nil, err
	}
	if expires.Valid {
		u.Expires = time.Unix(expires.Int64, 0).UTC()
	}
	switch {
	case active && !passive:
		u.Modes = account.ModeActive
	case passive && !active:
		u.Modes = account.ModePassive
	case active && passive:
		u.Modes = account.ModesAll
	default:
		return nil, fmt.Errorf("user %q has neither active nor passive data connections", u.Name)
	}
	return &u, nil
}

// userArgs are the values of a row of users.
func userArgs(u *account.User) []any {
	var expires sql.NullInt64
	if !u.Expires.IsZero() {
		expires = sql.NullInt64{Int64: u.Expires.Unix(), Valid: true}
	}
	return []any{
		u.Name, u.PasswordHash, u.Comment, u.Disabled, expires, u.Root, u.Home,
		u.UploadRate, u.DownloadRate, u.QuotaBytes, u.QuotaFiles, u.MaxSessions,
		u.Modes.Active(), u.Modes.Passive(), u.TLSRequired,
	}
}

// insertLists writes what a user has several of.
func insertLists(ctx context.Context, tx *sql.Tx, u *account.User) error {
	for i, r := range u.Access {
		if _, err := tx.ExecContext(ctx, "INSERT INTO rules (user, position, path, allow) VALUES (?, ?, ?, ?)",
			u.Name, i, r.Path, account.FormatPerm(r.Allow)); err != nil {
			return err
		}
	}
	for denied, list := range [][]netip.Prefix{u.Networks, u.DeniedNetworks} {
		for i, p := range list {
			if _, err := tx.ExecContext(ctx, "INSERT INTO networks (user, denied, position, prefix) VALUES (?, ?, ?, ?)",
				u.Name, denied, i, p.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteLists takes away what insertLists has written.
func deleteLists(ctx context.Context, tx *sql.Tx, name string) error {
	for _, statement := range []string{"DELETE FROM rules WHERE user = ?", "DELETE FROM networks WHERE user = ?"} {
		if _, err := tx.ExecContext(ctx, statement, name); err != nil {
			return err
		}
	}
	return nil
}

// readLists reads the lists of users with the names from first to last.
func readLists(ctx context.Context, tx *sql.Tx, users map[string]*account.User, first, last string) error {
	if err := each(ctx, tx, func(scan func(...any) error) error {
		var name, path, allow string
		if err := scan(&name, &path, &allow); err != nil {
			return err
		}
		perm, err := account.ParsePerm(allow)
		if err != nil {
			return fmt.Errorf("user %q: %w", name, err)
		}
		if u := users[name]; u != nil {
			u.Access = append(u.Access, account.Rule{Path: path, Allow: perm})
		}
		return nil
	}, "SELECT user, path, allow FROM rules WHERE user BETWEEN ? AND ? ORDER BY user, position", first, last); err != nil {
		return err
	}
	return each(ctx, tx, func(scan func(...any) error) error {
		var name, text string
		var denied bool
		if err := scan(&name, &denied, &text); err != nil {
			return err
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("user %q: %w", name, err)
		}
		switch u := users[name]; {
		case u == nil:
		case denied:
			u.DeniedNetworks = append(u.DeniedNetworks, prefix)
		default:
			u.Networks = append(u.Networks, prefix)
		}
		return nil
	}, "SELECT user, denied, prefix FROM networks WHERE user BETWEEN ? AND ? ORDER BY user, denied, position", first, last)
}

// each calls f for every row of a query.
func each(ctx context.Context, tx *sql.Tx, f func(scan func(...any) error) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what it would say, rows.Err has said
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

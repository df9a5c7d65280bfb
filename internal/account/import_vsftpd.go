package account

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ImportVsftpd reads the list of virtual users from which db_load(1) makes the
// database of pam_userdb(8), as vsftpd's examples do it: a line with a name, a
// line with the password, and so on. A backslash before two hexadecimal digits
// stands for that byte, two backslashes for one. A password is taken as it is
// and gets a new hash, unless it is a hash that Verify knows ("crypt=crypt").
// The error is one of reading, or ctx's.
func ImportVsftpd(ctx context.Context, r io.Reader, opts ImportOptions) (*Imported, error) {
	im := newImporter(opts)
	var name dbText
	err := im.each(ctx, r, func(line int, text string) error {
		read := dbText{line: line}
		read.text, read.err = unescapeDB(text)
		if name.line == 0 {
			name = read
			return nil
		}
		pair := name
		name = dbText{}
		switch {
		case pair.err != nil:
			im.skip(pair.line, "", "name: %v", pair.err)
		case read.err != nil:
			im.skip(line, pair.text, "password: %v", read.err)
		default:
			return im.addPair(ctx, pair.line, pair.text, read.text)
		}
		return nil
	})
	if err == nil && name.line != 0 {
		im.skip(name.line, name.text, "the line with the password is missing")
	}
	return &im.done, err
}

// dbText is one line, without its escapes.
type dbText struct {
	line int // 0 where there is none
	text string
	err  error
}

// addPair takes a name and a password or hash. The error is ctx's.
func (im *importer) addPair(ctx context.Context, line int, name, password string) error {
	u, ok := im.begin(line, name)
	if !ok {
		return nil
	}
	if _, err := parseHash(password); err == nil {
		u.PasswordHash = password
		im.add(line, u)
		return nil
	}
	if isDES(password) {
		im.complain(line, name, "the password is taken as it is; if it is a hash of DES crypt, which cannot be verified, set a new one")
	}
	hash, err := Hash(ctx, password)
	switch {
	case errors.Is(err, ErrPasswordEmpty), errors.Is(err, ErrPasswordTooLong):
		im.complain(line, name, "%v; the user is imported without a password", err)
	case err != nil:
		return err
	}
	u.PasswordHash = hash
	im.add(line, u)
	return nil
}

// unescapeDB undoes the escapes of db_load -T.
func unescapeDB(text string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if rest, ok := strings.CutPrefix(after, `\`); ok {
			b.WriteByte('\\')
			text = rest
			continue
		}
		digits := after[:min(2, len(after))]
		c, err := hex.DecodeString(digits)
		if err != nil || len(c) != 1 {
			return "", fmt.Errorf(`%q: want \\ for a backslash, or \ and two hexadecimal digits`, `\`+digits)
		}
		b.Write(c)
		text = after[2:]
	}
}

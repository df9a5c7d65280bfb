package account

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// ImportOptions are what a list of another server's users does not say.
type ImportOptions struct {
	// File is the name of the list in complaints.
	File string
	// Base is what each user begins as. What the list says takes the place of
	// it.
	Base User
	// Root is the directory of each user, as RootOf makes it of a pattern. ""
	// leaves it to the list, which then must say it.
	Root string
}

// Imported is what a list has given.
type Imported struct {
	// Users are valid, and each name comes once.
	Users []*User
	// Complaints are what could not be taken over, in the order of the lines.
	Complaints []Complaint
}

// Complaint is something in a list that did not become what it was.
type Complaint struct {
	File string
	Line int // from 1
	// User is the name that the line is about, "" where there is none.
	User string
	Text string
	// Skipped says that the line has given no user.
	Skipped bool
}

// String is "file:line: text", with the user's name if there is one.
func (c Complaint) String() string {
	if c.User == "" {
		return fmt.Sprintf("%s:%d: %s", c.File, c.Line, c.Text)
	}
	return fmt.Sprintf("%s:%d: user %q: %s", c.File, c.Line, c.User, c.Text)
}

// RootOf makes the directory of a user: in the pattern %u stands for the name
// and %% for a percent sign. A name that would lead elsewhere is refused.
func RootOf(pattern, name string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(pattern, "%")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), nil
		case strings.HasPrefix(after, "u"):
			if !filepath.IsLocal(name) || filepath.Base(name) != name || name == "." {
				return "", fmt.Errorf("the name %q cannot be part of a directory", name)
			}
			b.WriteString(name)
		case strings.HasPrefix(after, "%"):
			b.WriteByte('%')
		default:
			return "", errors.New("want only %u, the user's name, and %% in the directory")
		}
		pattern = after[1:]
	}
}

// An importer reads one list.
type importer struct {
	opts  ImportOptions
	done  Imported
	lines map[string]int // where a name was
}

func newImporter(opts ImportOptions) *importer {
	return &importer{opts: opts, lines: make(map[string]int)}
}

// maxImportLine is the longest line of a list, in bytes.
const maxImportLine = 1 << 20

// each calls f for every line, without the line's end.
func (im *importer) each(ctx context.Context, r io.Reader, f func(line int, text string) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxImportLine)
	line := 0
	for scanner.Scan() {
		line++
		if err := ctx.Err(); err != nil {
			return err
		}
		text := strings.TrimSuffix(scanner.Text(), "\r")
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // of an editor
		}
		if err := f(line, text); err != nil {
			return err
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", im.opts.File, line+1, err)
	}
	return nil
}

// complain notes something about a user who is imported nevertheless.
func (im *importer) complain(line int, user, format string, args ...any) {
	im.done.Complaints = append(im.done.Complaints, Complaint{
		File: im.opts.File, Line: line, User: user, Text: fmt.Sprintf(format, args...),
	})
}

// skip notes why a line gives no user.
func (im *importer) skip(line int, user, format string, args ...any) {
	im.complain(line, user, format, args...)
	im.done.Complaints[len(im.done.Complaints)-1].Skipped = true
}

// begin makes the user of a name, unless the name cannot be one.
func (im *importer) begin(line int, name string) (*User, bool) {
	if err := ValidateName(name); err != nil {
		im.skip(line, "", "name: %v", err)
		return nil, false
	}
	if first, twice := im.lines[name]; twice {
		im.skip(line, name, "line %d has the user already", first)
		return nil, false
	}
	u := im.opts.Base.Clone()
	u.Name = name
	if im.opts.Root != "" {
		root, err := RootOf(im.opts.Root, name)
		if err != nil {
			im.skip(line, name, "%v", err)
			return nil, false
		}
		u.Root, u.Home = root, im.opts.Base.Home
	}
	return u, true
}

// setHash gives a user a hash, or none if it cannot be verified.
func (im *importer) setHash(line int, u *User, hash string) {
	if _, err := parseHash(hash); err != nil {
		im.complain(line, u.Name, "%v; the user is imported without a password", err)
		hash = ""
	}
	u.PasswordHash = hash
}

// add takes a user that is complete.
func (im *importer) add(line int, u *User) {
	if err := u.Validate(); err != nil {
		im.skip(line, u.Name, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	im.lines[u.Name] = line
	im.done.Users = append(im.done.Users, u)
}

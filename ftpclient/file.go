package ftpclient

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"ferry/ftp"
	"ferry/internal/listing"
)

// Stat describes a file or directory by MLST (RFC 3659 §7); a server without it
// gives an error with code 500 or 502.
func (c *Conn) Stat(ctx context.Context, name string) (Entry, error) {
	r, err := c.Cmd(ctx, "MLST", name)
	if err != nil {
		return Entry{}, err
	}
	for _, line := range r.Lines[min(1, len(r.Lines)):] {
		if e, _, err := listing.ParseFacts(strings.TrimPrefix(line, " ")); err == nil {
			if e.Name != "." {
				e.Name = path.Base(e.Name) // some send the whole pathname
			}
			return factsEntry(&e), nil
		}
	}
	return Entry{}, garbled("MLST", name, r)
}

// Size is the length of a file as it would be transferred (RFC 3659 §4).
func (c *Conn) Size(ctx context.Context, name string) (int64, error) {
	if err := c.take(ctx); err != nil {
		return 0, &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: "SIZE", Arg: name}, Err: err}
	}
	defer c.release()
	if err := c.setType(ctx, c.fileType()); err != nil {
		return 0, err
	}
	r, err := c.cmd(ctx, PhaseCommand, "SIZE", name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(r.Text()), 10, 64)
	if err != nil || n < 0 {
		return 0, garbled("SIZE", name, r)
	}
	return n, nil
}

// ModTime is when a file was changed last (RFC 3659 §3).
func (c *Conn) ModTime(ctx context.Context, name string) (time.Time, error) {
	r, err := c.Cmd(ctx, "MDTM", name)
	if err != nil {
		return time.Time{}, err
	}
	t, err := ftp.ParseTimeVal(strings.TrimSpace(r.Text()))
	if err != nil {
		return time.Time{}, garbled("MDTM", name, r)
	}
	return t, nil
}

// SetModTime sets when a file was changed last: by MFMT, or where the server has
// not got it by the MDTM with a time that many understand.
func (c *Conn) SetModTime(ctx context.Context, name string, t time.Time) error {
	verb := ftp.Verb("MDTM")
	if _, ok := c.Feature("MFMT"); ok {
		verb = "MFMT"
	}
	_, err := c.Cmd(ctx, verb, ftp.FormatTimeVal(t)+" "+name)
	return err
}

// Remove removes a file.
func (c *Conn) Remove(ctx context.Context, name string) error {
	_, err := c.Cmd(ctx, "DELE", name)
	return err
}

// Mkdir makes a directory.
func (c *Conn) Mkdir(ctx context.Context, name string) error {
	_, err := c.Cmd(ctx, "MKD", name)
	return err
}

// Rmdir removes an empty directory.
func (c *Conn) Rmdir(ctx context.Context, name string) error {
	_, err := c.Cmd(ctx, "RMD", name)
	return err
}

// Chdir changes the working directory.
func (c *Conn) Chdir(ctx context.Context, name string) error {
	_, err := c.Cmd(ctx, "CWD", name)
	return err
}

// Getwd is the working directory.
func (c *Conn) Getwd(ctx context.Context) (string, error) {
	r, err := c.Cmd(ctx, "PWD", "")
	if err != nil {
		return "", err
	}
	name, ok := ftp.ParsePathname(r.Text())
	if !ok {
		return "", garbled("PWD", "", r)
	}
	return name, nil
}

// Rename gives a file another name (RFC 959 §4.1.3). Nothing comes between the
// two commands that it takes.
func (c *Conn) Rename(ctx context.Context, from, to string) error {
	if err := c.take(ctx); err != nil {
		return &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: "RNFR", Arg: from}, Err: err}
	}
	defer c.release()
	if _, err := c.cmd(ctx, PhaseCommand, "RNFR", from); err != nil {
		return err
	}
	_, err := c.cmd(ctx, PhaseCommand, "RNTO", to)
	return err
}

// garbled is an answer without what it should say.
func garbled(verb ftp.Verb, arg string, r ftp.Reply) error {
	return &Error{
		Phase: PhaseCommand, Command: ftp.Command{Verb: verb, Arg: arg}, Reply: r,
		Err: fmt.Errorf("the reply does not say what %s asks for", verb),
	}
}

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/spf13/cobra"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/carry"
)

// clientLong is what every command of the client says about URLs and logins.
const clientLong = `

A URL is ftp://HOST/PATH (TLS if the server offers it), ftpes:// (TLS, or nothing)
or ftps:// (TLS first, port 990); HOST/PATH alone is ftp://, and SITE/PATH a server
that was given a name (ferry site). The path begins at the directory of the login;
HOST//PATH begins at the root of the server. Special characters are written with
percent signs.

The user is that of the URL, --user or ~/.netrc, else anonymous. The password is
that of the URL, of FERRY_PASSWORD in the environment, of the keyring of the system
or of ~/.netrc, or is asked for on a terminal. An unknown certificate is asked about
once on a terminal, and is exit status 60 in a script. Exit statuses: ferry
exit-codes.`

func newLs(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "ls [flags] URL",
		Short: "List a directory of a server",
		Long: `List a directory of a server, or describe a file, in columns: permissions, owner,
group, size, time of the last change (UTC) and name.` + clientLong,
		Example: `  ferry ls ftp://ftp.example.com/pub
  ferry ls --json ftpes://alice@ftp.example.com/ | jq -r 'select(.type == "file") | .name'`,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object a line: name, type, size, time, target, facts")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		t, err := oneURL(args)
		if err != nil {
			return err
		}
		return c.withConn(ctx, t, func(conn *ftpclient.Conn) error {
			return c.list(ctx, conn, t.Path, asJSON)
		})
	})
}

// list prints a directory as it comes; what is no directory is described.
func (c *client) list(ctx context.Context, conn *ftpclient.Conn, name string, asJSON bool) error {
	write := writeEntry
	if asJSON {
		write = writeEntryJSON
	}
	var bad error
	n := 0
	for e, err := range conn.List(ctx, carry.ListName(name)) {
		switch {
		case errors.Is(err, ftpclient.ErrLine):
			fmt.Fprintf(c.stderr, "ferry: warning: %s\n", printable(err.Error()))
			bad = err
		case err != nil && n == 0 && ftpclient.Code(err).Permanent():
			// MLSD takes directories only.
			if e, statErr := describeRemote(ctx, conn, name); statErr == nil && !e.IsDir() {
				return write(c.stdout, &e)
			}
			return err
		case err != nil:
			return err
		default:
			n++
			if err := write(c.stdout, &e); err != nil {
				return &failure{fmt.Errorf("cannot print the list: %w", err)}
			}
		}
	}
	return bad
}

// writeEntry prints an entry in columns.
func writeEntry(w io.Writer, e *ftpclient.Entry) error {
	size, when := "-", "-"
	if e.Size >= 0 && !e.IsDir() {
		size = fmt.Sprint(e.Size)
	}
	if !e.ModTime.IsZero() {
		when = e.ModTime.UTC().Format("2006-01-02 15:04")
	}
	name := printable(e.Name)
	if e.Target != "" {
		name += " -> " + printable(e.Target)
	}
	_, err := fmt.Fprintf(w, "%s %-8s %-8s %12s %-16s %s\n", modeText(e.Mode), orDash(printable(e.Owner)), orDash(printable(e.Group)), size, when, name)
	return err
}

// modeText is the mode as ls prints it.
func modeText(mode fs.FileMode) string {
	kind := "-"
	switch {
	case mode.IsDir():
		kind = "d"
	case mode&fs.ModeSymlink != 0:
		kind = "l"
	case mode&fs.ModeType != 0:
		kind = "?"
	}
	return kind + mode.Perm().String()[1:]
}

// jsonEntry is an entry as --json prints it. What is unknown is left out.
type jsonEntry struct {
	Name   string            `json:"name"`
	Type   string            `json:"type"`
	Size   *int64            `json:"size,omitempty"`
	Time   string            `json:"time,omitempty"`
	Target string            `json:"target,omitempty"`
	Facts  map[string]string `json:"facts"`
}

func writeEntryJSON(w io.Writer, e *ftpclient.Entry) error {
	j := jsonEntry{Name: e.Name, Type: entryType(e.Mode), Target: e.Target, Facts: make(map[string]string)}
	if e.Size >= 0 && !e.IsDir() {
		j.Size = &e.Size
	}
	if !e.ModTime.IsZero() {
		j.Time = e.ModTime.UTC().Format(time.RFC3339)
	}
	for key, value := range map[string]string{"owner": e.Owner, "group": e.Group, "unique": e.ID} {
		if value != "" {
			j.Facts[key] = value
		}
	}
	if e.Mode.Perm() != 0 {
		j.Facts["mode"] = fmt.Sprintf("%04o", e.Mode.Perm())
	}
	line, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func entryType(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	case mode&fs.ModeType != 0:
		return "other"
	}
	return "file"
}

// describeRemote describes a file or directory, also for a server without MLST.
func describeRemote(ctx context.Context, conn *ftpclient.Conn, name string) (ftpclient.Entry, error) {
	e, err := conn.Stat(ctx, name)
	if e.Name = path.Base(e.Name); name != "" && err == nil {
		e.Name = path.Base(name)
	}
	if code := ftpclient.Code(err); code != 500 && code != 502 && code != 504 {
		return e, err
	}
	dir, err := carry.IsDir(ctx, conn, name)
	if err != nil {
		return e, err
	}
	e = ftpclient.Entry{Name: path.Base(name), Size: -1}
	if dir {
		e.Mode = fs.ModeDir
		return e, nil
	}
	if e.Size, err = conn.Size(ctx, name); err != nil {
		return e, err
	}
	if e.ModTime, err = conn.ModTime(ctx, name); err != nil && !ftpclient.Code(err).Permanent() {
		return e, err
	}
	return e, nil
}

func newStat(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "stat [flags] URL",
		Short:   "Describe a file or directory of a server",
		Long:    "Describe a file or directory of a server." + clientLong,
		Example: "  ferry stat --json ftp://ftp.example.com/pub/file | jq .size",
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object: name, type, size, time, target, facts")
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		t, err := oneURL(args)
		if err != nil {
			return err
		}
		return c.withConn(ctx, t, func(conn *ftpclient.Conn) error {
			e, err := describeRemote(ctx, conn, t.Path)
			switch {
			case err != nil:
				return err
			case asJSON:
				return writeEntryJSON(c.stdout, &e)
			}
			return writeEntryDetails(c.stdout, &e)
		})
	})
}

func writeEntryDetails(w io.Writer, e *ftpclient.Entry) error {
	for _, line := range [][2]string{
		{"name", e.Name},
		{"type", entryType(e.Mode)},
		{"size", sizeText(e.Size)},
		{"mode", modeText(e.Mode)},
		{"owner", e.Owner},
		{"group", e.Group},
		{"time", timeText(e.ModTime)},
		{"target", e.Target},
		{"unique", e.ID},
	} {
		if line[1] == "" || line[0] == "size" && e.IsDir() {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-7s %s\n", line[0], printable(line[1])); err != nil {
			return err
		}
	}
	return nil
}

func sizeText(n int64) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func newCat(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "cat [flags] URL",
		Short:   "Print a file of a server",
		Long:    "Write the content of a file of a server to standard output." + clientLong,
		Example: "  ferry cat ftp://ftp.example.com/pub/README",
	}
	return newClientCommand(p, cmd, func(ctx context.Context, c *client, args []string) error {
		t, err := oneURL(args)
		if err != nil {
			return err
		}
		if t.Type == 'd' {
			return errors.New("a URL with ;type=d is a directory: use ferry ls")
		}
		return c.withConn(ctx, t, func(conn *ftpclient.Conn) error {
			_, err := conn.Retrieve(ctx, c.stdout, t.Path, 0)
			return localWrite(err)
		})
	})
}

// localWrite is the class of an error that standard output gave.
func localWrite(err error) error {
	if e, ok := errors.AsType[*ftpclient.Error](err); ok && e.Cause == ftp.CauseAborted {
		if _, mine := errors.AsType[*fs.PathError](err); mine {
			return fmt.Errorf("%w: %w", carry.ErrLocalWrite, e.Err)
		}
	}
	return err
}

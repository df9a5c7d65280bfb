package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

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
				return writeEntryJSON(c.stdout, &e, "")
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

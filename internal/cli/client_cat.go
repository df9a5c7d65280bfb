package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/carry"
)

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

package cli

import (
	"context"
	"errors"
	"io"

	"ferry/ftpclient"
)

// copyThrough brings a file from one server to another through this machine,
// without keeping it.
func copyThrough(ctx context.Context, from *ftpclient.Conn, name string, to *ftpclient.Conn, target string) error {
	r, w := io.Pipe()
	read := make(chan error, 1)
	go func() {
		_, err := from.Retrieve(ctx, w, name, 0)
		_ = w.CloseWithError(err) // the reader learns of it
		read <- err
	}()
	_, stored := to.Store(ctx, target, r, 0)
	_ = r.CloseWithError(errors.Join(stored, io.ErrClosedPipe)) // so does the writer
	if err := <-read; err != nil && (stored == nil || errors.Is(stored, err)) {
		return err
	}
	return stored
}

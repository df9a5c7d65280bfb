package between

import (
	"context"

	"ferry/ftpclient"
)

// File copies one file between two connections, once: directly, or through this
// machine where the servers do not make that.
func File(ctx context.Context, source *ftpclient.Conn, from string, target *ftpclient.Conn, to string) error {
	_, err := ftpclient.ThirdParty(ctx, source, target, from, to, ftpclient.ThirdPartyOptions{})
	if goesAround(err) {
		_, err = through(ctx, source, target, from, to, 0)
	}
	return err
}

package account

import (
	"context"
	"io"
	"strings"
)

// ImportHtpasswd reads a password file of Apache (htpasswd(1)): lines of NAME:HASH.
// What follows a further colon is left out, so that it reads shadow(5) too. Blank
// lines and those that begin with # say nothing. A user whose hash cannot be
// verified is imported without a password. The error is one of reading.
func ImportHtpasswd(ctx context.Context, r io.Reader, opts ImportOptions) (*Imported, error) {
	im := newImporter(opts)
	err := im.each(ctx, r, func(line int, text string) error {
		if trimmed := strings.TrimSpace(text); trimmed == "" || trimmed[0] == '#' {
			return nil
		}
		name, hash, ok := strings.Cut(text, ":")
		if !ok {
			im.skip(line, "", "want NAME:HASH")
			return nil
		}
		u, ok := im.begin(line, name)
		if !ok {
			return nil
		}
		hash, _, _ = strings.Cut(hash, ":")
		im.setHash(line, u, strings.TrimSpace(hash))
		im.add(line, u)
		return nil
	})
	return &im.done, err
}

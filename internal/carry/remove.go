package carry

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/listing"
)

// Remove removes a file of the server, with Recursive also a directory with all
// that is in it, or all that a pattern means, where the server has no file of
// exactly that name. Links are removed and not followed.
func (j *Job) Remove(ctx context.Context, remote string) error {
	if base := path.Base(remote); strings.Trim(remote, "/") == "" || base == "." || base == ".." {
		return fmt.Errorf("%w: %s is all of a server or a directory above, and is not removed", ErrName, showRemote(remote))
	}
	if listing.HasMeta(remote) {
		_, found, err := j.stat(ctx, remote)
		if err != nil {
			return err
		}
		if !found {
			return j.removeMatches(ctx, remote)
		}
	}
	if j.Recursive {
		return j.removeTree(ctx, trimSlash(remote), maxDepth)
	}
	return j.remove(ctx, remote)
}

// removeMatches removes what a pattern means.
func (j *Job) removeMatches(ctx context.Context, pattern string) error {
	entries, names, err := j.glob(ctx, pattern)
	if err != nil {
		return err
	}
	var failed error
	for i := range entries {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case entries[i].IsDir() && !j.Recursive:
			j.skip(false, names[i], "", "it is a directory: give -r to remove all that is in it")
			continue
		case entries[i].IsDir():
			err = j.removeTree(ctx, names[i], maxDepth)
		default:
			err = j.told(names[i], j.remove(ctx, names[i]))
		}
		if err != nil {
			failed = some(failed, err)
		}
		if hopeless(err) {
			return err
		}
	}
	return failed
}

// told tells of a file that could not be removed.
func (j *Job) told(name string, err error) error {
	if err != nil {
		return j.fail(false, name, "", err)
	}
	return nil
}

// remove removes one file. When the reply to an attempt was lost, the file may be
// gone at the next.
func (j *Job) remove(ctx context.Context, name string) error {
	return j.twice(ctx, name, (*ftpclient.Conn).Remove)
}

// twice does away with a name, by DELE or RMD.
func (j *Job) twice(ctx context.Context, name string, do func(*ftpclient.Conn, context.Context, string) error) error {
	lost := false
	return j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		err := do(c, ctx, name)
		if lost && ftpclient.Code(err) == 550 {
			if _, statErr := c.Stat(ctx, name); ftpclient.Code(statErr) == 550 {
				return nil
			}
		}
		lost = err != nil && ftpclient.Code(err) == 0
		return err
	})
}

// removeTree removes whatever has a name. DELE comes first, whatever a listing
// says: it takes away a link to a directory, which some servers list as the
// directory, and no directory.
func (j *Job) removeTree(ctx context.Context, name string, depth int) error {
	notFile := j.remove(ctx, name)
	if notFile == nil || !ftpclient.Code(notFile).Permanent() {
		return j.told(name, notFile)
	}
	notEmpty := j.twice(ctx, name, (*ftpclient.Conn).Rmdir)
	switch {
	case notEmpty == nil:
		return nil
	case !ftpclient.Code(notEmpty).Permanent():
		return j.told(name, notEmpty)
	case depth == 0:
		return j.told(name, fmt.Errorf("%w: %d directories within each other", ErrName, maxDepth))
	}
	dir, err := j.isDir(ctx, name)
	if err == nil && !dir {
		err = notFile
	}
	if err != nil {
		return j.told(name, err)
	}
	entries, failed := j.list(ctx, name)
	if failed != nil {
		failed = j.told(name, failed)
		if !errors.Is(failed, ftpclient.ErrLine) {
			return failed
		}
	}
	for i := range entries {
		e := &entries[i]
		below := join(name, e.Name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !e.IsDir():
			err = j.told(below, j.remove(ctx, below))
		default:
			err = j.removeTree(ctx, below, depth-1)
		}
		if hopeless(err) {
			return err
		}
		if err != nil {
			failed = some(failed, err)
		}
	}
	if failed != nil {
		return failed // and so it is not empty
	}
	return j.told(name, j.twice(ctx, name, (*ftpclient.Conn).Rmdir))
}

package carry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/listing"
)

// glob gives what a pattern means, with the pathname of each. Every element of the
// pathname may be a pattern of the shells, for the names of one directory; names
// that begin with a dot are meant by those that do. Links are not followed.
func (j *Job) glob(ctx context.Context, pattern string) (found []ftpclient.Entry, names []string, err error) {
	dirs := []string{""}
	rest := pattern
	if strings.HasPrefix(rest, "/") {
		dirs, rest = []string{"/"}, strings.TrimLeft(rest, "/")
	}
	elements := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	for i, element := range elements {
		last := i == len(elements)-1
		if !last && !listing.HasMeta(element) {
			for k := range dirs {
				dirs[k] = join(dirs[k], element)
			}
			continue
		}
		p, err := listing.Compile(element)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", element, err)
		}
		var below []string
		for _, dir := range dirs {
			entries, err := j.list(ctx, dir)
			switch {
			case errors.Is(err, ftpclient.ErrLine): // what it says of others counts
			case ftpclient.Code(err).Permanent() && len(dirs) > 1:
				continue // a directory that this user may not see
			case err != nil:
				return nil, nil, err
			}
			for k := range entries {
				name := entries[k].Name
				if strings.HasPrefix(name, ".") && !strings.HasPrefix(element, ".") {
					continue
				}
				switch ok, err := p.Match(name); {
				case err != nil:
					return nil, nil, fmt.Errorf("%s: %w", element, err)
				case ok && last:
					found, names = append(found, entries[k]), append(names, join(dir, name))
				case ok && entries[k].IsDir():
					below = append(below, join(dir, name))
				}
			}
			if len(found)+len(below) > maxEntries {
				return nil, nil, fmt.Errorf("%w: %s matches more than %d names", ErrName, pattern, maxEntries)
			}
		}
		dirs = below
	}
	if len(found) == 0 {
		return nil, nil, fmt.Errorf("%w %s", ErrNoMatch, pattern)
	}
	return found, names, nil
}

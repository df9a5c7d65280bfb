package shell

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// maxNames is how many names a pattern may stand for.
const maxNames = 100_000

// matches reports a name that fits a pattern; a name that begins with a dot is
// meant only by a pattern that does so too.
func matches(pattern, name string) bool {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(pattern, ".") {
		return false
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// expandRemote replaces patterns by the names of files on the server that fit them;
// directories are left out, with a word about it. A pattern that fits none is an
// error.
func (s *Shell) expandRemote(ctx context.Context, args []arg) ([]string, error) {
	var names []string
	for _, a := range args {
		if !a.pattern || !s.set.glob {
			names = append(names, a.text)
			continue
		}
		if _, err := path.Match(a.text, ""); err != nil {
			return nil, wrongUse("%q is no pattern: a [ is never closed", a.text)
		}
		found, err := s.fitting(ctx, a.text)
		switch {
		case err != nil:
			return nil, err
		case len(found) == 0:
			return nil, wrongUse("nothing on the server fits %s", a.text)
		}
		for _, name := range found {
			if dir, ok := strings.CutSuffix(name, "/"); ok {
				s.say("%s: left out: it is a directory", dir)
				continue
			}
			names = append(names, name)
		}
		if len(names) > maxNames {
			return nil, wrongUse("%s stands for too many names", a.text)
		}
	}
	return names, nil
}

// fitting walks down the elements of a pattern. The names of directories end in a
// slash.
func (s *Shell) fitting(ctx context.Context, pattern string) ([]string, error) {
	elements := strings.Split(pattern, "/")
	dirs := []string{""}
	for i, element := range elements {
		if !strings.ContainsAny(element, `*?[\`) {
			for n := range dirs {
				dirs[n] += element
				if i < len(elements)-1 {
					dirs[n] += "/"
				}
			}
			continue
		}
		var next []string
		for _, dir := range dirs {
			entries, err := s.list(ctx, dir, maxNames)
			if err != nil && (len(dirs) == 1 || !ftpclient.Code(err).Permanent()) {
				return nil, err
			}
			slices.SortFunc(entries, func(a, b ftpclient.Entry) int { return strings.Compare(a.Name, b.Name) })
			for _, e := range entries {
				switch {
				case !matches(element, e.Name):
				case e.IsDir():
					next = append(next, dir+e.Name+"/")
				case i == len(elements)-1:
					next = append(next, dir+e.Name)
				}
			}
			if len(next) > maxNames {
				return nil, wrongUse("%s stands for too many names", pattern)
			}
		}
		dirs = next
	}
	return dirs, nil
}

// list is the entries of a directory, at most so many. Lines that nobody
// understands are left out.
func (s *Shell) list(ctx context.Context, dir string, most int) ([]ftpclient.Entry, error) {
	c, err := s.conn(ctx)
	if err != nil {
		return nil, err
	}
	var entries []ftpclient.Entry
	for e, err := range c.List(ctx, carry.ListName(dir)) {
		switch {
		case errors.Is(err, ftpclient.ErrLine):
			continue
		case err != nil:
			return nil, err
		}
		if entries = append(entries, e); len(entries) >= most {
			break
		}
	}
	return entries, nil
}

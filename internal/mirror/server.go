package mirror

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
)

// server is a directory of a server.
type server struct {
	pool     *ftpclient.Pool
	base     string // "" is the directory of the login
	parallel int    // listings at once

	habit habit // known once scan or look has begun

	mu     sync.Mutex
	looked map[string]listed // by look
}

// listed is a listing that is remembered for a moment.
type listed struct {
	dir  *Dir
	when time.Time
}

// lookFor is how long look believes a listing.
const lookFor = 5 * time.Second

// at is the pathname on the server of a name below the tree.
func (s *server) at(name Path) string {
	switch {
	case name == "" || name == ".":
		return s.base
	case s.base == "":
		if name[0] == '-' || name[0] == '~' {
			return "./" + string(name) // it is no option, and no home
		}
		return string(name)
	case strings.HasSuffix(s.base, "/"):
		return s.base + string(name)
	}
	return s.base + "/" + string(name)
}

// look implements side. Every directory above must be one: what is reached through
// a symbolic link may be anywhere.
func (s *server) look(ctx context.Context, name Path) (*State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookLocked(ctx, name)
}

func (s *server) lookLocked(ctx context.Context, name Path) (*State, error) {
	parent := Path(name.parent())
	if parent != "" {
		above, err := s.lookLocked(ctx, parent)
		switch {
		case err != nil || above == nil:
			return nil, err
		case above.Kind != Folder:
			return nil, fmt.Errorf("%w: %q is a %s by now", ErrChanged, string(parent), above.Kind)
		}
	}
	d, err := s.listAgain(ctx, parent)
	if err != nil || d == nil {
		return nil, err
	}
	base := string(name[len(name.parent()):])
	base = strings.TrimPrefix(base, "/")
	i, ok := slices.BinarySearchFunc(d.Entries, base, func(e Entry, name string) int { return cmp.Compare(e.Name, name) })
	switch {
	case ok:
		return copyOf(&d.Entries[i].State), nil
	case d.Doubt != "":
		return nil, fmt.Errorf("%w: it cannot be looked at: %s", ErrChanged, d.Doubt)
	}
	return nil, nil
}

// listAgain lists one directory of the tree, if it was not done just now.
func (s *server) listAgain(ctx context.Context, name Path) (*Dir, error) {
	if l, ok := s.looked[string(name)]; ok && time.Since(l.when) < lookFor {
		return l.dir, nil
	}
	var d *Dir
	err := s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		there, err := s.begin(ctx, c)
		d = nil
		if err != nil || !there {
			return err
		}
		d, _, err = s.list(ctx, c, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.looked == nil || len(s.looked) > 10_000 {
		s.looked = make(map[string]listed)
	}
	s.looked[string(name)] = listed{d, time.Now()}
	return d, nil
}

// forget implements side.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked = nil
}

// sum implements side.
func (s *server) sum(ctx context.Context, name Path, algorithm string) (sum string, err error) {
	err = s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		b, _, err := c.Checksum(ctx, s.at(name), ftpclient.Algorithm(algorithm))
		sum = formatSum(algorithm, b)
		return err
	})
	return sum, err
}

func formatSum(algorithm string, b []byte) string { return algorithm + ":" + hex.EncodeToString(b) }

// exists implements side.
func (s *server) exists(ctx context.Context) (there bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		there, err = s.begin(ctx, c)
		return err
	})
	return there, err
}

// make implements side: with the directories above.
func (s *server) make(ctx context.Context) error {
	return s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		var err error
		for i, r := range s.base + "/" {
			if r != '/' || i == 0 || s.base[i-1] == '/' {
				continue
			}
			err = c.Mkdir(ctx, s.base[:i])
			if err != nil && !ftpclient.Code(err).Permanent() {
				return err
			}
		}
		return err // of the last; those above may be there
	})
}

// mkdir implements side. A directory that is there already is as good: the answer
// to an attempt before may have been lost.
func (s *server) mkdir(ctx context.Context, name Path) error {
	return s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		err := c.Mkdir(ctx, s.at(name))
		if !ftpclient.Code(err).Permanent() {
			return err
		}
		if there, _ := isDir(ctx, c, s.at(name)); there {
			return nil
		}
		return err
	})
}

// isDir says whether something is a directory that one can go into.
func isDir(ctx context.Context, c *ftpclient.Conn, name string) (bool, error) {
	home, err := c.Getwd(ctx)
	if err != nil {
		return false, err
	}
	if err := c.Chdir(ctx, name); err != nil {
		if ftpclient.Code(err).Permanent() {
			return false, nil
		}
		return false, err
	}
	return true, c.Chdir(ctx, home)
}

// remove implements side. What is not there any more is as good as removed: the
// rest of a copy that broke off, say, over which the next one has been made.
func (s *server) remove(ctx context.Context, name Path) error {
	err := s.pool.Do(ctx, func(c *ftpclient.Conn) error { return c.Remove(ctx, s.at(name)) })
	if !missing(err) {
		return err
	}
	s.forget()
	if found, lookErr := s.look(ctx, name); lookErr != nil || found != nil {
		return err
	}
	return nil
}

// rmdir implements side.
func (s *server) rmdir(ctx context.Context, name Path) error {
	return s.pool.Do(ctx, func(c *ftpclient.Conn) error { return c.Rmdir(ctx, s.at(name)) })
}

// setTime implements side.
func (s *server) setTime(ctx context.Context, name Path, t time.Time) error {
	return s.pool.Do(ctx, func(c *ftpclient.Conn) error { return c.SetModTime(ctx, s.at(name), t) })
}

// folds says whether the server's names have no case, as those of Windows.
func (s *server) folds(ctx context.Context) (bool, error) {
	folds := false
	err := s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		r, err := c.Cmd(ctx, "SYST", "")
		if err != nil {
			if ftpclient.Code(err).Permanent() {
				return nil
			}
			return err
		}
		folds = strings.Contains(strings.ToLower(r.Text()), "windows")
		return nil
	})
	return folds, err
}

// setsTimes says whether the server knows how to set a time for certain.
func (s *server) setsTimes(ctx context.Context) (bool, error) {
	knows := false
	err := s.pool.Do(ctx, func(c *ftpclient.Conn) error {
		_, knows = c.Feature("MFMT")
		return nil
	})
	return knows, err
}

// missing reports a refusal because there is no such directory. To FTP, what is not
// there and what may not be seen are one.
func missing(err error) bool { return ftpclient.Code(err) == ftp.CodeNoFile }

// modTime is the exact time of a file.
func (s *server) modTime(ctx context.Context, name Path) (t time.Time, err error) {
	err = s.pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		t, err = c.ModTime(ctx, s.at(name))
		return err
	})
	return t, err
}

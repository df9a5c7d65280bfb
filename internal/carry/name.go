package carry

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"ferry/ftpclient"
)

// partSuffix ends the name of a file that is not whole yet.
const partSuffix = ".part"

// checkName refuses what is no name of one file in a folder here.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("%w: %q is no name of a file here", ErrName, name)
	}
	return nil
}

// join is a name in a directory of the server; "" is the directory of the login.
func join(dir, name string) string {
	switch {
	case dir == "":
		return name
	case strings.HasSuffix(dir, "/"):
		return dir + name
	}
	return dir + "/" + name
}

// trimSlash takes the slash from behind a directory, which is not the root.
func trimSlash(dir string) string {
	if short := strings.TrimRight(dir, "/"); short != "" || dir == "" {
		return short
	}
	return "/"
}

// ListName is a directory as an argument of LIST, where a hyphen begins options.
func ListName(dir string) string {
	if strings.HasPrefix(dir, "-") {
		return "./" + dir
	}
	return dir
}

func showRemote(name string) string {
	if name == "" {
		return "the directory of the login"
	}
	return name
}

// IsDir says whether the server has a directory of that name.
func IsDir(ctx context.Context, c *ftpclient.Conn, name string) (bool, error) {
	if name == "" || name == "/" {
		return true, nil
	}
	e, err := c.Stat(ctx, name)
	if err == nil {
		return e.IsDir(), nil
	}
	switch code := ftpclient.Code(err); {
	case code == 550:
		return false, nil
	case code != 500 && code != 502 && code != 504 && code != 501:
		return false, err
	}
	// A server without MLST: what can be the working directory is one.
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

// isDir is IsDir with a connection of the pool.
func (j *Job) isDir(ctx context.Context, name string) (dir bool, err error) {
	err = j.Pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		dir, err = IsDir(ctx, c, name)
		return err
	})
	return dir, err
}

// stat describes what the server has of a name. A server without MLST tells
// neither size nor time; found is then what SIZE and CWD say.
func (j *Job) stat(ctx context.Context, name string) (e ftpclient.Entry, found bool, err error) {
	unknown := ftpclient.Entry{Size: -1}
	if name == "" || name == "/" {
		unknown.Mode = fs.ModeDir
		return unknown, true, nil
	}
	err = j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		if e, err = c.Stat(ctx, name); err == nil {
			found = true
			return nil
		}
		e, found = unknown, false
		switch code := ftpclient.Code(err); {
		case code == 550:
			return nil
		case !code.Permanent():
			return err
		}
		dir, err := IsDir(ctx, c, name)
		switch {
		case err != nil:
			return err
		case dir:
			e.Mode, found = fs.ModeDir, true
			return nil
		}
		size, err := c.Size(ctx, name)
		switch {
		case err == nil:
			e.Size, found = size, true
		case !ftpclient.Code(err).Permanent():
			return err
		}
		return nil
	})
	return e, found, err
}

package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ferry/internal/sys"
)

const (
	// sitesFile is the file of sites below the user's configuration.
	sitesFile = "sites.conf"
	// maxSites is more than anybody keeps in such a file, in bytes.
	maxSites = 4 << 20
	// How often, and how long, a file that another program changes is waited for.
	lockStep     = 10 * time.Millisecond
	lockPatience = 10 * time.Second
)

// SitesPath is where the user's sites are kept.
func SitesPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no place for sites: %w", err)
	}
	return filepath.Join(dir, "ferry", sitesFile), nil
}

// ReadSites reads a file of sites; one that is not there has none.
func ReadSites(path string) (*Sites, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Sites{path: path}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(f, maxSites+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxSites:
		return nil, fmt.Errorf("%s is longer than %d bytes: it is no file of sites", path, maxSites)
	}
	return ParseSites(path, string(text))
}

// ChangeSites reads a file of sites, has change change them, and puts a whole new
// file in the place of the old one, which only its owner reads. Programs that do
// so at once take turns where the system has locks, so that none undoes what
// another has done. If change fails, nothing has happened.
func ChangeSites(ctx context.Context, path string, change func(*Sites) error) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	unlock, err := lockSites(ctx, path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	sites, err := ReadSites(path)
	if err != nil {
		return err
	}
	if err := change(sites); err != nil {
		return err
	}
	// A link to where the user keeps such files stays one.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return replaceFile(path, sites.Text())
}

// lockSites takes the lock that stands beside the file, as the file itself is
// replaced. The lock ends with its file's descriptor, so no dead program holds it.
func lockSites(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	again := time.NewTicker(lockStep)
	defer again.Stop()
	for {
		err := sys.TryLock(f)
		switch {
		case err == nil, errors.Is(err, errors.ErrUnsupported):
			return func() { _ = f.Close() }, nil // nothing was written
		case !errors.Is(err, sys.ErrLocked):
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another program changes the sites, and does not end: it holds %s", path), f.Close())
		}
	}
}

// replaceFile writes a file that only its owner reads, whole or not at all.
func replaceFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

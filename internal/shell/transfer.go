package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// how says how a file is to be carried.
type how struct {
	resume, recursive bool
}

// job is what carries files over the connections of the pool, of which there is
// one.
func (s *Shell) job(h how, tell func(carry.Event)) (*carry.Job, error) {
	if h.resume && s.set.ascii {
		return nil, wrongUse("of a text bytes are not counted alike on both sides: binary first")
	}
	return &carry.Job{
		Pool: s.link.server.Pool, Resume: h.resume, Recursive: h.recursive, KeepTime: s.set.keepTime, Limit: s.set.limit, Event: tell,
	}, nil
}

// download brings a file or, recursively, a directory to a name here: into it, if
// it is a folder.
func (s *Shell) download(ctx context.Context, h how, remote, local string) error {
	tell, done := s.show(h)
	defer done()
	j, err := s.job(h, tell)
	if err != nil {
		return err
	}
	if h.recursive {
		return s.lend(ctx, func() error { return j.Download(ctx, s.absolute(remote), local) })
	}
	folder, name := filepath.Dir(local), filepath.Base(local)
	if info, err := os.Stat(local); err == nil && info.IsDir() || strings.HasSuffix(local, "/") {
		folder = local
		if name, err = s.localName(remote); err != nil {
			return err
		}
		name = filepath.Base(name)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", carry.ErrLocalWrite, err)
	}
	defer func() { _ = root.Close() }()
	return s.lend(ctx, func() error { return j.DownloadFile(ctx, s.absolute(remote), -1, root, name) })
}

// upload brings a file or, recursively, a folder to a name on the server.
func (s *Shell) upload(ctx context.Context, h how, local, remote string) error {
	tell, done := s.show(h)
	defer done()
	j, err := s.job(h, tell)
	if err != nil {
		return err
	}
	return s.lend(ctx, func() error { return j.Upload(ctx, local, s.absolute(remote)) })
}

// direct does a transfer that is none between two files, and tells of it as carry
// does of its own.
func (s *Shell) direct(ctx context.Context, upload bool, remote, local string, total int64, f func(context.Context, *ftpclient.Conn) (ftpclient.Result, error)) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	tell, done := s.show(how{})
	defer done()
	e := carry.Event{Kind: "start", Upload: upload, Remote: remote, Local: local, Total: total}
	tell(e)
	moved := e
	moved.Kind = "progress"
	r, err := f(ftpclient.WithTrace(ctx, &ftpclient.Trace{Moved: func(n int64) {
		moved.Bytes = n
		tell(moved)
	}}), c)
	e.Kind, e.Bytes, e.Elapsed, e.Mode = "done", r.Bytes, r.Elapsed, r.Mode
	if err != nil {
		e.Kind, e.Err = "error", err
	}
	tell(e)
	return err
}

// show begins to tell of files as the settings have it.
func (s *Shell) show(h how) (tell func(carry.Event), done func()) {
	shown, done := s.cfg.Show(h.recursive)
	var mu sync.Mutex
	marks := int64(0)
	tell = func(e carry.Event) {
		mu.Lock()
		defer mu.Unlock()
		if rel, err := filepath.Rel(s.here, e.Local); err == nil && filepath.IsLocal(rel) && filepath.IsAbs(e.Local) {
			e.Local = rel
		}
		if s.link.dir != "" {
			e.Remote = strings.TrimPrefix(e.Remote, strings.TrimSuffix(s.link.dir, "/")+"/")
		}
		switch {
		case e.Kind == "progress" && s.set.hash:
			for ; marks < (e.Bytes-e.From)/s.set.hashMark; marks++ {
				fmt.Fprint(s.cfg.Output, "#")
			}
			return
		case e.Kind == "progress" && !s.set.progress:
			return
		case e.Kind == "start":
			marks = 0
		case marks > 0:
			fmt.Fprintln(s.cfg.Output)
			marks = 0
		}
		shown(e)
		if e.Kind == "done" && s.set.bell {
			fmt.Fprint(s.cfg.Output, "\a")
		}
	}
	return tell, done
}

// localName is the name that a file of the server gets here, where nobody has
// named one: the last element of its own, and never one that leads anywhere else.
func (s *Shell) localName(remote string) (string, error) {
	name := remote
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	if s.set.lower && name == strings.ToUpper(name) {
		name = strings.ToLower(name)
	}
	if name == "" || name == "." || name == ".." || !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%w: %q is no name of a file here", carry.ErrName, name)
	}
	full := filepath.Join(s.here, name)
	info, err := os.Lstat(full)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return full, nil
	case err != nil:
		return "", fmt.Errorf("%w: %w", carry.ErrLocalWrite, err)
	case s.set.runique:
		return s.newName(full)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%w: %q is here already, and no file", carry.ErrName, name)
	}
	return full, nil
}

// newName is a name beside one that is taken.
func (s *Shell) newName(name string) (string, error) {
	for n := 1; n < 1000; n++ {
		next := fmt.Sprintf("%s.%d", name, n)
		if _, err := os.Lstat(next); errors.Is(err, os.ErrNotExist) {
			return next, nil
		}
	}
	return "", fmt.Errorf("%w: every name from %s.1 to %s.999 is taken", carry.ErrLocalWrite, name, name)
}

// print writes a file of the server to the terminal or into a command.
func (s *Shell) print(ctx context.Context, remote string, to *arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	return s.output(ctx, to, false, func(w io.Writer) error {
		_, err := c.Retrieve(ctx, w, remote, 0)
		return ownError(carry.ErrLocalWrite, err)
	})
}

// openLocal opens a file here that is to be sent.
func (s *Shell) openLocal(name string) (*os.File, int64, error) {
	f, err := os.Open(s.local(name))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", name)
	}
	if err != nil {
		_ = f.Close() // nothing was read
		return nil, 0, fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	return f, info.Size(), nil
}

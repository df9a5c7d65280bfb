package carry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Download brings a file to localName, a directory that exists or a file's name;
// with Recursive a whole directory too. Of a directory DIR comes a directory of
// that name, of "DIR/" what is in it.
func (j *Job) Download(ctx context.Context, remote, localName string) error {
	dir, err := j.isDir(ctx, remote)
	switch {
	case err != nil:
		return err
	case dir && !j.Recursive:
		return fmt.Errorf("%s %w", showRemote(remote), ErrDirectory)
	}
	base := path.Base(remote)
	info, err := os.Stat(localName)
	inside := err == nil && info.IsDir() || strings.HasSuffix(localName, "/")
	if !dir {
		folder, name := filepath.Dir(localName), filepath.Base(localName)
		if inside {
			folder, name = localName, base
		} else if err == nil && !info.Mode().IsRegular() {
			return local(ErrLocalWrite, fmt.Errorf("%s is there, and is no regular file", localName))
		}
		if err := checkName(name); err != nil {
			return err
		}
		root, err := openFolder(folder)
		if err != nil {
			return err
		}
		defer func() { _ = root.Close() }()
		return j.DownloadFile(ctx, remote, -1, root, name)
	}
	if inside && remote != "" && !strings.HasSuffix(remote, "/") {
		if err := checkName(base); err != nil {
			return err
		}
		localName = filepath.Join(localName, base)
	}
	root, err := openFolder(localName)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	c := newCrew(ctx)
	c.folder(func() error { return j.tree(c, root, strings.TrimSuffix(remote, "/"), ".", maxDepth) })
	return c.run(j.Parallel)
}

// DownloadFile brings exactly this file to this name below root. Its size is -1 if
// that is unknown.
func (j *Job) DownloadFile(ctx context.Context, remote string, size int64, root *os.Root, name string) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%w: %q is no name of a file here", ErrName, name)
	}
	return j.fetch(ctx, &file{remote: remote, size: size, root: root, name: name, part: name + partSuffix})
}

// DownloadTo writes a file of the server to w. What breaks off is gone on with
// behind what w has.
func (j *Job) DownloadTo(ctx context.Context, remote string, w io.Writer) error {
	r := j.report(Event{Remote: remote, Local: "-", Total: -1})
	_, err := j.Pool.Retrieve(r.trace(ctx), j.writer(ctx, w), remote, 0)
	if path := new(fs.PathError); errors.As(err, &path) {
		err = local(ErrLocalWrite, err)
	}
	return err
}

// openFolder opens a folder of which nothing leads out, and makes it before.
func openFolder(name string) (*os.Root, error) {
	if err := os.MkdirAll(name, 0o777); err != nil {
		return nil, local(ErrLocalWrite, err)
	}
	root, err := os.OpenRoot(name)
	return root, local(ErrLocalWrite, err)
}

package carry

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"ferry/internal/listing"
)

// Download brings a file to localName, a directory that exists or a file's name;
// with Recursive a whole directory too. Of a directory DIR comes a directory of
// that name, of "DIR/" what is in it. A pattern, where the server has no file of
// exactly that name, brings all that it matches into the directory localName.
func (j *Job) Download(ctx context.Context, remote, localName string) error {
	e, found, err := j.stat(ctx, remote)
	switch {
	case err != nil:
		return err
	case !found && listing.HasMeta(remote):
		return j.matches(ctx, remote, localName)
	case e.IsDir() && !j.Recursive:
		return fmt.Errorf("%s %w", showRemote(remote), ErrDirectory)
	}
	base := path.Base(remote)
	info, err := os.Stat(localName)
	inside := err == nil && info.IsDir() || strings.HasSuffix(localName, "/")
	if !e.IsDir() {
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
		f := &file{remote: remote, local: filepath.Join(root.Name(), name), root: root, name: name, part: name + partSuffix}
		f.known(&e)
		return j.fetch(ctx, f)
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
	c.folder(func() error {
		return j.tree(c, root, &place{remote: trimSlash(remote), folder: ".", above: []string{e.ID}})
	})
	return c.run(j.Parallel)
}

// matches brings all that a pattern means.
func (j *Job) matches(ctx context.Context, pattern, folder string) error {
	entries, names, err := j.glob(ctx, pattern)
	if err != nil {
		return err
	}
	root, err := openFolder(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	c := newCrew(ctx)
	c.folder(func() error {
		return j.entries(c, root, &place{folder: "."}, entries, func(i int) string { return names[i] }, nil)
	})
	return c.run(j.Parallel)
}

// DownloadFile brings exactly this file to this name below root. Its size is -1 if
// that is unknown.
func (j *Job) DownloadFile(ctx context.Context, remote string, size int64, root *os.Root, name string) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%w: %q is no name of a file here", ErrName, name)
	}
	return j.fetch(ctx, &file{
		remote: remote, local: filepath.Join(root.Name(), name), size: size, root: root, name: name, part: name + partSuffix,
	})
}

// openFolder opens a folder of which nothing leads out, and makes it before.
func openFolder(name string) (*os.Root, error) {
	if err := os.MkdirAll(name, 0o777); err != nil {
		return nil, local(ErrLocalWrite, err)
	}
	root, err := os.OpenRoot(name)
	return root, local(ErrLocalWrite, err)
}

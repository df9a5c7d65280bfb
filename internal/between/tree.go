package between

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"ferry/ftpclient"
)

// maxDepth is how deep a tree may be: a server can make one up that does not end.
const maxDepth = 100

// errDeep is a directory below maxDepth others.
var errDeep = fmt.Errorf("more than %d directories deep", maxDepth)

// work is one file to copy.
type work struct {
	from, to string
	size     int64
}

// tree copies a directory with all that is in it. It goes on after a file that cannot
// be copied.
func (j *Job) tree(ctx context.Context, from, to string) error {
	files := make(chan work)
	var mu sync.Mutex
	failed := 0
	fails := func() {
		mu.Lock()
		defer mu.Unlock()
		failed++
	}
	var workers sync.WaitGroup
	for range max(j.Parallel, 1) {
		workers.Go(func() {
			for w := range files {
				if err := j.file(ctx, w.from, w.to, w.size); err != nil {
					fails()
				}
			}
		})
	}
	j.walk(ctx, from, to, 0, files, func(name string, err error) {
		if ctx.Err() == nil {
			j.tell(Event{Kind: Fail, From: name, Bytes: -1, Err: err})
		}
		fails()
	})
	close(files)
	workers.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed > 0:
		return fmt.Errorf("%w: %d failed", ErrSome, failed)
	}
	return nil
}

// walk makes the directories of a tree, and hands out its files while it goes.
func (j *Job) walk(ctx context.Context, from, to string, depth int, files chan<- work, fails func(name string, err error)) {
	if depth > maxDepth {
		fails(from, errDeep)
		return
	}
	if err := j.mkdir(ctx, to); err != nil {
		fails(from, err)
		return
	}
	entries, err := j.list(ctx, from)
	if err != nil {
		fails(from, err)
		return
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return
		}
		source, target := below(from, e.Name), below(to, e.Name)
		switch {
		case e.IsDir():
			j.walk(ctx, source, target, depth+1, files, fails)
		case e.Mode&fs.ModeType != 0:
			j.tell(Event{Kind: Skip, From: source, To: target, Bytes: -1, Err: errNoFile})
		default:
			select {
			case files <- work{source, target, e.Size}:
			case <-ctx.Done():
			}
		}
	}
}

var errNoFile = errors.New("it is a link or no regular file")

// list are the entries of a directory: whole before anything is done, as the
// connection is not held meanwhile. Config.MaxListing limits it.
func (j *Job) list(ctx context.Context, dir string) ([]ftpclient.Entry, error) {
	var entries []ftpclient.Entry
	var odd []error
	err := j.From.Do(ctx, func(c *ftpclient.Conn) error {
		entries, odd = nil, nil
		for e, err := range c.List(ctx, dir) {
			switch {
			case errors.Is(err, ftpclient.ErrLine):
				odd = append(odd, err)
			case err != nil:
				return err
			default:
				entries = append(entries, e)
			}
		}
		return nil
	})
	for _, err := range odd {
		j.tell(Event{Kind: Skip, From: dir, Bytes: -1, Err: err})
	}
	return entries, err
}

// mkdir makes a directory if it is not there.
func (j *Job) mkdir(ctx context.Context, dir string) error {
	if dir == "" {
		return nil
	}
	return j.To.Do(ctx, func(c *ftpclient.Conn) error {
		made := c.Mkdir(ctx, dir)
		if made == nil {
			return nil
		}
		if isDir, _, err := look(ctx, c, dir); err == nil && isDir {
			return nil
		}
		return made
	})
}

// below is the pathname of an entry of a directory.
func below(dir, name string) string {
	switch {
	case dir == "":
		return name
	case dir[len(dir)-1] == '/':
		return dir + name
	}
	return dir + "/" + name
}

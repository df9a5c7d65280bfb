package mirror

import (
	"context"
	"errors"
	"path"
	"sync"

	"ferry/ftpclient"
)

// twins are a file of the source and one of the target, of one name and length.
type twins struct {
	name Path
	s, t *Entry
}

// sums finds the checksums of all files that could be equal.
func (m *Mirror) sums(ctx context.Context, here *local, there *server, from, to *Dir) error {
	var list []twins
	findTwins(&list, "", from, to)
	if len(list) == 0 {
		return nil
	}
	algorithm := ""
	err := m.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		if has := c.Algorithms(); len(has) > 0 {
			algorithm = string(has[0])
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case algorithm == "":
		return ErrNoSums
	}
	source, target := m.sides(here, there)
	return inParallel(ctx, m.Parallel, list, func(ctx context.Context, w twins) error {
		for _, one := range []struct {
			side  side
			entry *Entry
		}{{source, w.s}, {target, w.t}} {
			sum, err := one.side.sum(ctx, w.name, algorithm)
			if err != nil && (ctx.Err() != nil || isBroken(err)) {
				return err
			}
			one.entry.Sum = sum // without one it is copied, and that fails or not
		}
		return nil
	})
}

// isBroken reports an error of the connection and not of one file.
func isBroken(err error) bool {
	_, ftp := errors.AsType[*ftpclient.Error](err)
	return ftp && ftpclient.Code(err) == 0
}

// findTwins adds the twins of two directories. Names that differ are none, even if
// to the target they are one: those are copied.
func findTwins(list *[]twins, name string, from, to *Dir) {
	if from == nil || to == nil {
		return
	}
	for s, t := range pairs(from, to, false) {
		if s.Name == "" || t.Name == "" || s.Excluded || t.Excluded || s.Kind != t.Kind {
			continue
		}
		below := path.Join(name, s.Name)
		switch {
		case s.Kind == Folder:
			findTwins(list, below, s.Dir, t.Dir)
		case s.Kind == File && s.Size == t.Size:
			*list = append(*list, twins{Path(below), s, t})
		}
	}
}

// inParallel does something with each of a list, some at once, until one fails.
func inParallel[T any](ctx context.Context, parallel int, list []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var crew sync.WaitGroup
	for range min(max(parallel, 1), len(list)) {
		crew.Go(func() {
			for one := range next {
				if err := do(ctx, one); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
feed:
	for _, one := range list {
		select {
		case next <- one:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	crew.Wait()
	return context.Cause(ctx)
}

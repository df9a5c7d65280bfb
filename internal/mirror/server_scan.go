package mirror

import (
	"context"
	"errors"
	"fmt"
	"path"
	"sync"

	"ferry/ftpclient"
)

// scan implements side: several directories at once, one listing each and nothing
// for a file.
func (s *server) scan(ctx context.Context, f *Filter) (*Dir, error) {
	there, err := s.exists(ctx)
	if err != nil || !there {
		return nil, err
	}
	root := &Dir{}
	w := &walk{server: s, ctx: ctx, filter: f, tasks: []*task{{dir: root}}, left: maxEntries}
	w.more.L = &w.mu
	var crew sync.WaitGroup
	for range max(s.parallel, 1) {
		crew.Go(w.work)
	}
	crew.Wait()
	switch {
	case w.err != nil:
		return nil, w.err
	case root.Unread:
		return nil, fmt.Errorf("%w: %s", ErrUnlisted, root.Doubt)
	}
	return root, nil
}

// ErrUnlisted is wrapped for a tree of which nothing can be seen.
var ErrUnlisted = errors.New("the directory cannot be listed")

// walk is the scan of a tree.
type walk struct {
	server *server
	ctx    context.Context
	filter *Filter

	mu    sync.Mutex
	more  sync.Cond // tasks, busy or err have changed
	tasks []*task   // the last one is next, so that few are open at a time
	busy  int
	left  int
	err   error
}

// task is a directory that is to be listed.
type task struct {
	dir   *Dir
	name  string
	depth int
	id    string
	up    *task
}

// work lists directories until there are no more.
func (w *walk) work() {
	for {
		t := w.next()
		if t == nil {
			return
		}
		var found *Dir
		var ids map[string]string
		err := w.server.pool.Do(w.ctx, func(c *ftpclient.Conn) (err error) {
			found, ids, err = w.server.list(w.ctx, c, Path(t.name))
			return err
		})
		w.done(t, found, ids, err)
	}
}

// next waits for a directory to list; nil is the end.
func (w *walk) next() *task {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.tasks) == 0 && w.busy > 0 && w.err == nil {
		w.more.Wait()
	}
	if w.err != nil || len(w.tasks) == 0 {
		return nil
	}
	t := w.tasks[len(w.tasks)-1]
	w.tasks = w.tasks[:len(w.tasks)-1]
	w.busy++
	return t
}

// done takes in a listing, and what is to be listed next.
func (w *walk) done(t *task, found *Dir, ids map[string]string, err error) {
	var below []*task
	if err == nil {
		below = w.below(t, found, ids)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	if err == nil {
		*t.dir = *found
		if w.left -= len(found.Entries); w.left < 0 {
			err = fmt.Errorf("%w: %s has more than %d files: sync parts of it", ErrEndless, orRoot(w.server.base), maxEntries)
		}
	}
	if w.err == nil {
		w.err = err
	}
	w.tasks = append(w.tasks, below...)
	w.more.Broadcast()
}

// below are the directories that a listing has.
func (w *walk) below(t *task, found *Dir, ids map[string]string) []*task {
	var list []*task
	for i := range found.Entries {
		e := &found.Entries[i]
		name := path.Join(t.name, e.Name)
		if exclude(w.filter, found, e, name) || e.Kind != Folder {
			continue
		}
		e.Dir = &Dir{}
		next := &task{dir: e.Dir, name: name, depth: t.depth + 1, id: ids[e.Name], up: t}
		switch {
		case next.depth >= maxDepth:
			*e.Dir = Dir{Doubt: fmt.Sprintf("there are more than %d directories within each other", maxDepth), Unread: true}
		case next.loops():
			*e.Dir = Dir{Doubt: "it is a directory above itself", Unread: true}
		default:
			list = append(list, next)
		}
	}
	return list
}

// loops says that the directory is one of those above it.
func (t *task) loops() bool {
	for up := t.up; up != nil && t.id != ""; up = up.up {
		if up.id == t.id {
			return true
		}
	}
	return false
}

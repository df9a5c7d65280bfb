package vfs

import (
	"context"
	"io/fs"
	"strings"
)

// Quota returns fsys held to the limits of u: what is beyond them gives
// ErrQuota.
//
// Create of a new file that would be one too many makes nothing. A Writer writes
// as much as fits, reserved before it is written, so that uploads at the same
// time stay within the limit together. What an atomic one writes (or copies from
// the file that is there) counts beside that file until it takes its place: both
// are on the disk. What a Writer cuts off, and what is
// removed or replaced, is given back when it is gone. Directories and symbolic
// links count nothing.
//
// Its Writers implement no Filer, for every byte is counted; its Readers are
// those of the store. The abilities of optional.go work through As where the
// store has them; any other is out of reach, as nobody knows what it would make.
func Quota(fsys FS, u *Usage) FS { return &quota{FS: fsys, usage: u} }

// quota passes on what changes no count.
type quota struct {
	FS
	usage *Usage
}

var _ Unwrapper = (*quota)(nil)

// Unwrap returns the store as far as nothing can be done with it that should be
// counted, for the sake of As.
func (q *quota) Unwrap() FS {
	return Restrict(q.FS, Policy{Allow: PermReadOnly | PermChmod | PermSetTime})
}

// Create looks at the name first, as only a file that is not there takes a
// place. If somebody who is not counted makes or removes it in between, the
// place is taken for that file, or not taken: the count of files is out by one.
func (q *quota) Create(ctx context.Context, name string, opts CreateOptions) (Writer, error) {
	q.usage.names.Lock()
	defer q.usage.names.Unlock()
	was := look(ctx, q.FS, name)
	makes := was.missing && !opts.Existing && (opts.Append || opts.Offset == 0)
	if makes && !q.usage.addFile() {
		return nil, overQuota("create", name)
	}
	if opts.Atomic && opts.Append && was.regular && !opts.Exclusive {
		// The store copies with the first byte, and others may make the file longer
		// until then: what is counted is what is copied.
		opts.Append, opts.Offset = false, was.info.Size
	}
	below, err := q.FS.Create(ctx, name, opts)
	if err != nil {
		if makes {
			q.usage.dropFile()
		}
		return nil, err
	}
	if !was.regular {
		was = look(context.WithoutCancel(ctx), q.FS, name)
	}
	if makes {
		was.info.Size = 0
	}
	w := &quotaWriter{below: below, fs: q.FS, usage: q.usage, name: name, place: name, atomic: opts.Atomic, append: opts.Append, begun: makes}
	if !opts.Append {
		w.at = opts.Offset
	}
	if !opts.Atomic {
		w.file = q.usage.write(name, was, makes)
		return w, nil
	}
	if opts.Append {
		w.append, w.at = false, was.info.Size // behind the copy
	}
	w.file = &writtenFile{writers: 1, gone: !makes}
	q.usage.pending[w] = struct{}{}
	return w, nil
}

func overQuota(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: ErrQuota}
}

func (q *quota) Remove(ctx context.Context, name string) error {
	q.usage.names.Lock()
	defer q.usage.names.Unlock()
	info, statErr := q.FS.Lstat(ctx, name)
	if err := q.FS.Remove(ctx, name); err != nil {
		return err
	}
	if statErr == nil && info.IsRegular() {
		q.usage.drop(name, info)
	}
	return nil
}

func (q *quota) Rename(ctx context.Context, from, to string) error {
	q.usage.names.Lock()
	defer q.usage.names.Unlock()
	replaced, statErr := q.FS.Lstat(ctx, to)
	replaces := statErr == nil && replaced.IsRegular()
	if replaces {
		// rename(2) leaves two names of one file as they are.
		moved, err := q.FS.Lstat(ctx, from)
		replaces = err == nil && keyOf(from, moved) != keyOf(to, replaced)
	}
	if err := q.FS.Rename(ctx, from, to); err != nil {
		return err
	}
	if replaces {
		q.usage.drop(to, replaced)
	}
	for w := range q.usage.pending {
		// It publishes its file in the directory, wherever that is by now.
		if below, ok := strings.CutPrefix(w.place, from+"/"); ok {
			w.place = to + "/" + below
		}
	}
	return nil
}

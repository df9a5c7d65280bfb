package carry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ferry/ftpclient"
)

// saveEvery is how often the state of a file in parts is written: as much comes
// twice if the machine stops in between.
const saveEvery = 3 * time.Second

// errWhole says that a file cannot come in parts: it must come as a whole.
var errWhole = errors.New("the server sends files only from their beginning")

// inParts says whether a file comes in several ranges at once: it is large, or an
// earlier attempt has begun so.
func (j *Job) inParts(ctx context.Context, f *file) (bool, *partsState, error) {
	if j.Pool.ASCII() {
		return false, nil, nil
	}
	var before *partsState
	if j.Resume {
		before = loadParts(f)
	}
	if before == nil && j.Segments <= 1 {
		return false, nil, nil
	}
	if f.size < 0 {
		n, err := j.size(ctx, f.remote)
		if err != nil {
			if ftpclient.Code(err).Permanent() {
				err = nil // it does not say how large it is, or fails later
			}
			return false, nil, err
		}
		f.size = n
	}
	return before != nil || f.size >= 2*minSegment, before, nil
}

// modTime is when the server's file was changed; zero if that is not to be had.
func (j *Job) modTime(ctx context.Context, remote string) (t time.Time, err error) {
	err = j.Pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		t, err = c.ModTime(ctx, remote)
		return err
	})
	if code := ftpclient.Code(err); code != 0 && !code.Transient() {
		return time.Time{}, nil // it does not say
	}
	return t, err
}

// parts brings a file in several ranges at once, which have their places in a file
// from the beginning. errWhole says that the server cannot do that.
func (j *Job) parts(ctx context.Context, r *report, f *file, state *partsState) (mode ftpclient.Mode, err error) {
	now, err := j.modTime(ctx, f.remote)
	if err != nil {
		return "", err
	}
	var data *os.File
	if state != nil {
		if err := state.fits(f, now); err != nil {
			return "", err
		}
		if data, err = f.root.OpenFile(f.part+partsSuffix, os.O_RDWR, 0); err != nil {
			return "", local(ErrLocalWrite, err)
		}
	} else {
		state = &partsState{Size: f.size, Left: [][2]int64{{0, f.size}}}
		if data, err = j.beginParts(ctx, f, state); err != nil {
			return "", err
		}
	}
	state.Time = now
	todo := divide(state.Left, max(1, j.Segments))
	mode, err = j.bring(ctx, r, f, state, data, todo)
	closeErr := local(ErrLocalWrite, data.Close())
	switch {
	case errors.Is(err, errWhole):
		return mode, errors.Join(err, closeErr, dropParts(f))
	case err != nil || closeErr != nil:
		return mode, errors.Join(err, closeErr)
	}
	return mode, j.unchanged(ctx, f, now)
}

// unchanged makes sure that all ranges are of one file.
func (j *Job) unchanged(ctx context.Context, f *file, before time.Time) error {
	if before.IsZero() {
		return nil
	}
	after, err := j.modTime(ctx, f.remote)
	if err == nil && !after.IsZero() && !after.Equal(before) {
		err = errors.Join(fmt.Errorf("%w: the server's file was changed while it came", ErrPartial), dropParts(f))
	}
	return err
}

// beginParts makes the file, of the beginning that there may be.
func (j *Job) beginParts(ctx context.Context, f *file, state *partsState) (*os.File, error) {
	if err := dropParts(f); err != nil {
		return nil, err
	}
	name := f.part + partsSuffix
	if j.Resume {
		from, err := j.beginning(ctx, f)
		if err != nil {
			return nil, err
		}
		if from > 0 {
			// The last byte comes in any case, with those before it compared.
			state.Left[0][0] = min(from, f.size-1)
			if err := f.root.Rename(f.part, name); err != nil {
				return nil, local(ErrLocalWrite, err)
			}
		}
	}
	data, err := j.openPart(f, name)
	if err != nil {
		return nil, err
	}
	err = local(ErrLocalWrite, data.Truncate(f.size))
	if err == nil && state.Left[0][0] > 0 {
		err = local(ErrLocalWrite, data.Sync())
	}
	if err == nil {
		err = state.save(f)
	}
	if err != nil {
		_ = data.Close() // the first error counts
		return nil, err
	}
	return data, nil
}

// beginning is how much there is of a file that grew from its beginning. That it
// is the server's file must be certain before anything is written behind it.
func (j *Job) beginning(ctx context.Context, f *file) (int64, error) {
	info, err := f.root.Lstat(f.part)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return 0, nil
	}
	if info.Size() > f.size {
		return 0, longer(f.part, info.Size(), f.size)
	}
	part, err := f.root.Open(f.part)
	if err != nil {
		return 0, local(ErrLocalRead, err)
	}
	defer func() { _ = part.Close() }()
	return info.Size(), j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		return compare(ctx, c, part, f.remote, info.Size())
	})
}

// bring has each connection bring ranges until none is left.
func (j *Job) bring(ctx context.Context, r *report, f *file, state *partsState, data *os.File, todo *spans) (mode ftpclient.Mode, err error) {
	here := func() int64 { return f.size - todo.missing() }
	r.start(here(), f.size, here)
	keep := func() error {
		state.Left = todo.left()
		if err := data.Sync(); err != nil {
			return local(ErrLocalWrite, err)
		}
		return state.save(f)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	var mu sync.Mutex
	for range max(1, j.Segments) {
		all.Go(func() {
			for s := todo.take(); s != nil && ctx.Err() == nil; s = todo.take() {
				m, err := j.segment(ctx, f, data, s)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				mode = m
				mu.Unlock()
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	ticker := time.NewTicker(saveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := keep(); err != nil {
				cancel(err)
			}
			continue
		case <-ended:
		}
		break
	}
	if err := context.Cause(ctx); err != nil {
		return mode, errors.Join(err, keep())
	}
	return mode, nil
}

// segment brings one range.
func (j *Job) segment(ctx context.Context, f *file, data *os.File, s *span) (ftpclient.Mode, error) {
	at, _ := s.left()
	w := &spanWriter{s: s, f: data, want: make([]byte, s.checked), size: f.size}
	if s.checked > 0 {
		if _, err := data.ReadAt(w.want, at-s.checked); err != nil && !errors.Is(err, io.EOF) {
			return "", local(ErrLocalRead, err)
		}
	}
	done, err := j.Pool.Retrieve(ctx, j.writer(ctx, w), f.remote, at-s.checked)
	failed, isFTP := errors.AsType[*ftpclient.Error](err)
	switch {
	case errors.Is(err, errSpan):
		return done.Mode, nil
	case errors.Is(err, errTooLong), isFTP && failed.Command.Verb == "REST" && failed.Reply.Code.Permanent():
		return done.Mode, errWhole
	case err != nil:
		if path := new(fs.PathError); errors.As(err, &path) {
			err = local(ErrLocalWrite, err)
		}
		return done.Mode, err
	}
	if at, end := s.left(); at < end {
		return done.Mode, fmt.Errorf("%w: the server sent %s up to %d bytes, of %d", ErrPartial, filepath.Base(f.name), at, f.size)
	}
	return done.Mode, nil
}

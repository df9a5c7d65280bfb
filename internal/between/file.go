package between

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"ferry/ftpclient"
)

// file copies one file, and tries again what is left of it while that fails for now.
func (j *Job) file(ctx context.Context, from, to string, size int64) error {
	e := Event{Kind: Start, From: from, To: to, Bytes: size}
	j.tell(e)
	began := time.Now()
	offset := int64(0)
	for tried := 0; ; {
		// Servers that fail each other may get on with this machine.
		e.Direct = j.Route == Direct || j.Route == Auto && !j.around.Load() && tried == 0
		r, err := j.attempt(ctx, e.Direct, from, to, offset)
		switch {
		case err == nil && e.Bytes < 0 && r.Bytes >= 0:
			e.Bytes = offset + r.Bytes
		case err == nil:
		case e.Direct && j.Route == Auto && goesAround(err):
			if !j.around.Swap(true) {
				j.tell(Event{Kind: Around, From: from, To: to, Bytes: size, Err: err})
			}
			continue
		}
		if err == nil {
			err = j.verify(ctx, from, to)
		}
		if err == nil {
			e.Kind, e.Elapsed, e.Private = Done, time.Since(began), r.Private
			j.tell(e)
			return nil
		}
		if ctx.Err() != nil || !ftpclient.Temporary(err) || tried >= j.Retries {
			e.Kind, e.Elapsed, e.Err = Fail, time.Since(began), err
			j.tell(e)
			return err
		}
		j.tell(Event{Kind: Retry, From: from, To: to, Bytes: size, Direct: e.Direct, Err: err})
		if err := j.pause(ctx, tried); err != nil {
			return err
		}
		tried++
		offset = j.there(ctx, to, offset, r.Bytes)
	}
}

// goesAround reports that the servers do not make a direct copy, which this machine
// can make.
func goesAround(err error) bool {
	return errors.Is(err, ftpclient.ErrNoThirdParty) || errors.Is(err, ftpclient.ErrWouldBeClear)
}

// attempt copies a file from an offset on.
func (j *Job) attempt(ctx context.Context, direct bool, from, to string, offset int64) (ftpclient.Result, error) {
	// Always the one and then the other, so that nobody waits for whom waits for them.
	source, err := j.From.Get(ctx)
	if err != nil {
		return ftpclient.Result{}, err
	}
	defer j.From.Put(source)
	target, err := j.To.Get(ctx)
	if err != nil {
		return ftpclient.Result{}, err
	}
	defer j.To.Put(target)
	if direct {
		return ftpclient.ThirdParty(ctx, source, target, from, to, ftpclient.ThirdPartyOptions{Offset: offset})
	}
	return through(ctx, source, target, from, to, offset)
}

// through copies by way of this machine. The target is not touched before the source
// has sent something, or has ended well.
func through(ctx context.Context, source, target *ftpclient.Conn, from, to string, offset int64) (ftpclient.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, w := io.Pipe()
	type end struct {
		result ftpclient.Result
		err    error
	}
	read := make(chan end, 1)
	go func() {
		result, err := source.Retrieve(ctx, w, from, offset)
		_ = w.CloseWithError(err) // it never fails; without an error that is the end
		read <- end{result, err}
	}()
	first := make([]byte, 1)
	n, err := io.ReadFull(r, first)
	if err != nil && !errors.Is(err, io.EOF) {
		return ftpclient.Result{}, (<-read).err
	}
	result, err := target.Store(ctx, to, io.MultiReader(bytes.NewReader(first[:n]), r), offset)
	if err != nil {
		_ = r.CloseWithError(err) // the reading ends too
		cancel(err)
	}
	got := <-read
	result.Private = result.Private && got.result.Private
	if err != nil && errors.Is(got.err, err) || got.err == nil {
		return result, err // what is wrong is at the target
	}
	return result, got.err
}

// there is how much of a copy is there already; 0 begins anew. Of what this machine
// has not sent itself, nobody knows whether it is of this file or of an older one.
func (j *Job) there(ctx context.Context, to string, offset, sent int64) int64 {
	if sent <= 0 {
		return 0
	}
	n := int64(0)
	err := j.To.Do(ctx, func(c *ftpclient.Conn) (err error) {
		n, err = c.Size(ctx, to)
		return err
	})
	if err != nil || n < offset || n > offset+sent {
		return 0
	}
	return n
}

// pause waits before another attempt.
func (j *Job) pause(ctx context.Context, tried int) error {
	wait := j.Pause
	if wait == 0 {
		wait = time.Second
	}
	timer := time.NewTimer(min(wait<<min(tried, 16), time.Minute))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

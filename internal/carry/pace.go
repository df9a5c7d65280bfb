package carry

import (
	"context"
	"io"
	"time"
)

// pace keeps to a number of bytes a second, in steps of a tenth of one.
type pace struct {
	ctx   context.Context
	limit int64
	next  time.Time
}

// step is how many bytes go at once.
func (p *pace) step() int { return int(max(1, p.limit/10)) }

// paid waits until n more bytes may have moved.
func (p *pace) paid(n int) error {
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(float64(n) / float64(p.limit) * float64(time.Second)))
	return wait(p.ctx, time.Until(p.next))
}

// pacedWriter is a writer within a limit.
type pacedWriter struct {
	w io.Writer
	p pace
}

func (w *pacedWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		k, err := w.w.Write(b[:min(len(b), w.p.step())])
		n += k
		if err != nil {
			return n, err
		}
		if err := w.p.paid(k); err != nil {
			return n, err
		}
		b = b[k:]
	}
	return n, nil
}

// pacedReader is a reader within a limit.
type pacedReader struct {
	r io.Reader
	p pace
}

func (r *pacedReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b[:min(len(b), r.p.step())])
	if waitErr := r.p.paid(n); waitErr != nil {
		return n, waitErr
	}
	return n, err
}

// writer is w within the job's limit.
func (j *Job) writer(ctx context.Context, w io.Writer) io.Writer {
	if j.Limit <= 0 {
		return w
	}
	return &pacedWriter{w, pace{ctx: ctx, limit: j.Limit}}
}

// reader is r within the job's limit.
func (j *Job) reader(ctx context.Context, r io.Reader) io.Reader {
	if j.Limit <= 0 {
		return r
	}
	return &pacedReader{r, pace{ctx: ctx, limit: j.Limit}}
}

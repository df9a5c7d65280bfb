package carry

import (
	"context"
	"io"
	"os"
	"sync"
	"time"
)

// pace keeps all transfers of a job together to a number of bytes a second, in
// steps of a tenth of one.
type pace struct {
	mu   sync.Mutex
	next time.Time // when the next byte may move
}

// step is how many bytes go at once.
func step(limit int64) int { return int(max(1, limit/10)) }

// paid waits until n more bytes may have moved.
func (p *pace) paid(ctx context.Context, limit int64, n int) error {
	p.mu.Lock()
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(float64(n) / float64(limit) * float64(time.Second)))
	until := p.next
	p.mu.Unlock()
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writer is w within the job's limit.
func (j *Job) writer(ctx context.Context, w io.Writer) io.Writer {
	if j.Limit <= 0 {
		return w
	}
	return &pacedWriter{ctx, j, w}
}

// pacedWriter is a writer within a limit.
type pacedWriter struct {
	ctx context.Context
	job *Job
	w   io.Writer
}

func (w *pacedWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		k, err := w.w.Write(b[:min(len(b), step(w.job.Limit))])
		n += k
		if err != nil {
			return n, err
		}
		if err := w.job.pace.paid(w.ctx, w.job.Limit, k); err != nil {
			return n, err
		}
		b = b[k:]
	}
	return n, nil
}

// reader is r within the job's limit.
func (j *Job) reader(ctx context.Context, r io.Reader) io.Reader {
	if j.Limit <= 0 {
		return r
	}
	paced := pacedReader{ctx, j, r}
	if f, ok := r.(*os.File); ok {
		return &pacedFile{paced, f}
	}
	return &paced
}

// pacedReader is a reader within a limit.
type pacedReader struct {
	ctx context.Context
	job *Job
	r   io.Reader
}

func (r *pacedReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b[:min(len(b), step(r.job.Limit))])
	if waitErr := r.job.pace.paid(r.ctx, r.job.Limit, n); waitErr != nil {
		return n, waitErr
	}
	return n, err
}

// pacedFile can be read again from another place.
type pacedFile struct {
	pacedReader
	f *os.File
}

// Seek is that of the file.
func (f *pacedFile) Seek(offset int64, whence int) (int64, error) { return f.f.Seek(offset, whence) }

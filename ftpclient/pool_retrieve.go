package ftpclient

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Do calls f with a connection, and again with another one while what fails is
// Temporary. What f does must be right to do twice.
func (p *Pool) Do(ctx context.Context, f func(*Conn) error) error {
	return p.attempt(ctx, func(c *Conn) (bool, error) { return false, f(c) })
}

// attempt is Do for what may make progress before it fails; that does not count
// as a retry.
func (p *Pool) attempt(ctx context.Context, f func(*Conn) (progress bool, err error)) error {
	for tried := 0; ; tried++ {
		c, err := p.Get(ctx)
		if err != nil {
			return err
		}
		progress, err := f(c)
		again := p.goOlder(c, err)
		if again {
			p.drop(c)
			p.dropIdle()
		} else {
			p.Put(c)
		}
		if progress {
			tried = 0
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return err
		case again:
			continue
		case !Temporary(err), tried >= p.cfg.Retries:
			return err
		}
		if stopped := p.pause(ctx, tried, err); stopped != nil {
			return errors.Join(err, stopped)
		}
	}
}

// Retrieve writes the content of a file, from offset on, to w, as Conn.Retrieve
// does. When that breaks off it goes on behind what w has, with another
// connection; a text (Config.ASCII) is not gone on with. If only the server's last
// word is lost, the size of the file decides.
func (p *Pool) Retrieve(ctx context.Context, w io.Writer, name string, offset int64) (Result, error) {
	into := newSink(w)
	began := time.Now()
	var done Result
	lost := false
	err := p.attempt(ctx, func(c *Conn) (bool, error) {
		have := into.written()
		if lost {
			if n, err := c.Size(ctx, name); err == nil && n == offset+have && !p.conn.ASCII {
				done.Settled = true
				return true, nil
			}
		}
		r, err := c.Retrieve(ctx, into.w, name, offset+have)
		done = r
		lost = isLost(err)
		into.took(r.Bytes, err == nil && !p.conn.ASCII)
		moved := into.written() > have
		if err != nil && moved && p.conn.ASCII {
			return false, &unrepeatable{err}
		}
		return moved, err
	})
	done.Bytes, done.Elapsed = into.written(), time.Since(began)
	return done, repeatedly(err)
}

// isLost reports that a transfer has ended without the server's last word.
func isLost(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Phase == PhaseFinal && e.Reply.Code == 0
}

// unrepeatable hides that an error is temporary: what failed cannot be done again.
type unrepeatable struct{ err error }

// Error is the error's own text.
func (u *unrepeatable) Error() string { return u.err.Error() }

// repeatedly is the error to return: what failed at last.
func repeatedly(err error) error {
	if u, ok := errors.AsType[*unrepeatable](err); ok {
		return u.err
	}
	return err
}

// sink is a file or writer that knows how many bytes it has taken.
type sink struct {
	w     io.Writer
	file  *os.File // nil if its position is not to be had
	start int64
	count int64
	lost  bool // count may not be what a file has taken
}

// newSink hands a file on as it is, so that the kernel can fill it.
func newSink(w io.Writer) *sink {
	s := &sink{}
	if file, ok := w.(*os.File); ok {
		if start, err := file.Seek(0, io.SeekCurrent); err == nil {
			s.w, s.file, s.start = file, file, start
			return s
		}
	}
	s.w = &counted{w, s}
	return s
}

// took notes that a transfer has brought n bytes; whole says that they are what the sink has taken.
func (s *sink) took(n int64, whole bool) {
	if s.file != nil {
		s.count += n
		s.lost = s.lost || !whole
	}
}

// written is how many bytes have been taken.
func (s *sink) written() int64 {
	if s.file == nil || !s.lost {
		return s.count
	}
	at, err := s.file.Seek(0, io.SeekCurrent) // the kernel may have written, and failed
	if err != nil {
		return 0 // and the writing fails too
	}
	return at - s.start
}

// counted is the writer of a sink that is no file.
type counted struct {
	w io.Writer
	s *sink
}

// Write counts what is taken.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.s.count += int64(n)
	return n, err
}

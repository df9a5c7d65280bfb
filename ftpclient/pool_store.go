package ftpclient

import (
	"bytes"
	"context"
	"io"
	"time"

	"ferry/ftp"
)

// resumeFrom is how long a file must be to be gone on with: a shorter one is sent
// again, which takes no longer than to find out how much of it is there.
const resumeFrom = 1 << 20

// Store makes a file of all that r has, as Conn.Store does. If r can seek it is
// done again after a failure: from where the server's file ends, if it is certain
// that this is what came of it, or from the beginning. If only the server's last
// word is lost, its checksum of the file or the size decides.
//
// Without Seek a failure is final once a byte of r is read.
func (p *Pool) Store(ctx context.Context, name string, r io.Reader, offset int64) (Result, error) {
	u := &upload{name: name, from: newSource(r), offset: offset, ascii: p.conn.ASCII, before: unknownSize}
	began := time.Now()
	err := p.attempt(ctx, func(c *Conn) (bool, error) { return u.try(ctx, c) })
	u.done.Bytes, u.done.Elapsed = u.most, time.Since(began)
	return u.done, repeatedly(err)
}

// upload is one file on its way to the server.
type upload struct {
	name   string
	from   *source
	offset int64 // of r's first byte in the server's file
	ascii  bool

	started bool
	before  int64 // how long the server's file was; 0 if there was none
	most    int64 // how many of r's bytes the server may have
	there   int64 // how many it had at the last look
	lost    bool  // the last word of the last attempt
	done    Result
}

const unknownSize = -1

// try sends all that is missing.
func (u *upload) try(ctx context.Context, c *Conn) (progress bool, err error) {
	at := int64(0)
	switch {
	case u.started:
		if u.lost && u.settled(ctx, c) {
			u.done.Settled = true
			return true, nil
		}
		if !u.from.repeats() {
			return false, &unrepeatable{u.from.failed}
		}
		at = u.resume(ctx, c)
		progress = at > u.there
		u.there = at
		if err := u.from.seek(at); err != nil {
			return false, &Error{Phase: PhaseTransfer, Command: ftp.Command{Verb: "STOR", Arg: u.name}, Cause: ftp.CauseAborted, Err: err}
		}
	case u.from.length < 0 || u.from.length > resumeFrom:
		u.before = sizeOf(ctx, c, u.name)
	}
	u.started = true
	u.done, err = c.Store(ctx, u.name, u.from.r, u.offset+at)
	u.most = at + u.done.Bytes
	u.lost = isLost(err)
	u.from.failed = err
	return progress, err
}

// sizeOf is how long a file is: 0 if there is none, unknownSize if the server does
// not say.
func sizeOf(ctx context.Context, c *Conn, name string) int64 {
	n, err := c.Size(ctx, name)
	switch {
	case err == nil:
		return n
	case Code(err) == ftp.CodeNoFile:
		return 0
	}
	return unknownSize
}

// resume is how many of r's bytes the server has for certain. What it had before
// is no part of that: a server that puts a file in its place only when it is whole
// still has the old one.
func (u *upload) resume(ctx context.Context, c *Conn) int64 {
	if u.ascii || u.before == unknownSize || u.before > u.offset {
		return 0
	}
	n := sizeOf(ctx, c, u.name)
	if n <= u.before || n <= u.offset || n > u.offset+u.most {
		return 0
	}
	return n - u.offset
}

// settled reports that the file is whole, though the server's word for it is lost.
func (u *upload) settled(ctx context.Context, c *Conn) bool {
	if u.ascii {
		return false
	}
	n := sizeOf(ctx, c, u.name)
	if n != u.offset+u.most {
		return false
	}
	if u.offset == 0 && u.from.repeats() {
		if sum, algorithm, err := c.Checksum(ctx, u.name, ""); err == nil {
			own, err := u.from.sum(algorithm)
			if err == nil && bytes.Equal(sum, own) {
				return true
			}
			u.before = unknownSize // what is there is no beginning to go on with
			return false
		}
	}
	// A file that was as long before may be the old one.
	return u.before != unknownSize && u.before != n
}

// source is where an upload comes from.
type source struct {
	r      io.Reader
	seeker io.Seeker // nil if r cannot be read twice
	start  int64
	length int64 // -1 is unknown
	read   bool
	failed error
}

// newSource looks whether r can be read twice.
func newSource(r io.Reader) *source {
	s := &source{r: r, length: unknownSize}
	if seeker, ok := r.(io.Seeker); ok {
		start, err := seeker.Seek(0, io.SeekCurrent)
		if err == nil {
			var end int64
			if end, err = seeker.Seek(0, io.SeekEnd); err == nil {
				_, err = seeker.Seek(start, io.SeekStart)
				s.length = end - start
			}
		}
		if err == nil {
			s.seeker, s.start = seeker, start
			return s
		}
	}
	s.length = unknownSize
	s.r = &noted{r, s}
	return s
}

// repeats reports that all of it can be read from the beginning.
func (s *source) repeats() bool { return s.seeker != nil || !s.read }

// seek goes to an offset.
func (s *source) seek(to int64) error {
	if s.seeker == nil {
		return nil // nothing was read yet
	}
	_, err := s.seeker.Seek(s.start+to, io.SeekStart)
	return err
}

// sum is the checksum of all of it.
func (s *source) sum(a Algorithm) ([]byte, error) {
	if err := s.seek(0); err != nil {
		return nil, err
	}
	h := a.New()
	if _, err := io.Copy(h, s.r); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// noted is the reader of a source that can be read once.
type noted struct {
	r io.Reader
	s *source
}

// Read notes that it was.
func (n *noted) Read(b []byte) (int, error) {
	n.s.read = true
	return n.r.Read(b)
}

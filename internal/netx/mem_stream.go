package netx

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// stream is one direction of a connection: a queue of bytes between the end
// that writes and the end that reads.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond // something below did

	limit int    // bytes that may wait
	buf   []byte // a ring that grows up to limit
	start int    // where the bytes begin
	n     int    // how many there are

	readErr  error // for the reader at once
	lastErr  error // for the reader when no bytes are left
	writeErr error // for the writer
	writing  bool  // one Write at a time: their bytes are not mixed

	readLimit, writeLimit deadline
}

// minStream is the size of the first buffer of a stream.
const minStream = 1 << 10

func newStream(limit int) *stream {
	s := &stream{limit: limit}
	s.changed.L = &s.mu
	return s
}

// read takes bytes as soon as there are any.
func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 {
		return 0, s.readErr
	}
	if err := s.await(); err != nil {
		return 0, err
	}
	n := s.take(p)
	s.changed.Broadcast()
	return n, nil
}

// readable waits until there is something to read; the end is.
func (s *stream) readable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.await()
	if s.readErr == nil && !s.readLimit.passed {
		return nil
	}
	return err
}

// await waits until there are bytes, or says why there will be none. mu is held.
func (s *stream) await() error {
	for {
		switch {
		case s.readErr != nil:
			return s.readErr
		case s.readLimit.passed:
			return os.ErrDeadlineExceeded
		case s.n > 0:
			return nil
		case s.lastErr != nil:
			return s.lastErr
		}
		s.changed.Wait()
	}
}

// write puts all bytes, waiting for its turn and for room; n is how many it
// could put.
func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		if err := s.unwritable(); err != nil {
			return 0, err
		}
		s.changed.Wait()
	}
	s.writing = true
	defer func() {
		s.writing = false
		s.changed.Broadcast()
	}()
	for {
		if err := s.unwritable(); err != nil {
			return n, err
		}
		k := s.put(p)
		if n, p = n+k, p[k:]; len(p) == 0 {
			return n, nil
		}
		s.changed.Broadcast()
		s.changed.Wait()
	}
}

// unwritable says why nothing can be written now, if so.
func (s *stream) unwritable() error {
	if s.writeErr == nil && s.writeLimit.passed {
		return os.ErrDeadlineExceeded
	}
	return s.writeErr
}

// take moves bytes out of the ring.
func (s *stream) take(p []byte) int {
	total := 0
	for len(p) > 0 && s.n > 0 {
		k := copy(p, s.buf[s.start:min(s.start+s.n, len(s.buf))])
		p, total = p[k:], total+k
		s.start, s.n = (s.start+k)%len(s.buf), s.n-k
	}
	return total
}

// put moves bytes into the ring, as many as there is room for.
func (s *stream) put(p []byte) int {
	p = p[:min(len(p), s.limit-s.n)]
	if need := s.n + len(p); need > len(s.buf) {
		size := max(len(s.buf), minStream)
		for size < need {
			size *= 2
		}
		buf := make([]byte, min(size, s.limit))
		n := s.take(buf)
		s.buf, s.start, s.n = buf, 0, n
	}
	total := len(p)
	for len(p) > 0 {
		end := (s.start + s.n) % len(s.buf)
		k := copy(s.buf[end:], p) // ends at the buffer's end at the latest: len(p) is what is free
		p, s.n = p[k:], s.n+k
	}
	return total
}

// finish is the writer's end of the stream: the reader gets what is there, and
// then last; a later write fails with writeErr.
func (s *stream) finish(last, writeErr error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lastErr == nil {
		s.lastErr = last
	}
	s.writeErr = writeErr
	s.writeLimit.stop()
	s.changed.Broadcast()
}

// leave is the reader's end of the stream: what waits is lost, and a later
// write fails, by a reset if there is one. It reports whether the connection is
// reset: Linux does that too where something is lost.
func (s *stream) leave(reset bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	reset = reset || s.n > 0
	s.buf, s.start, s.n = nil, 0, 0
	s.readErr = net.ErrClosed
	if s.writeErr == nil {
		s.writeErr = os.NewSyscallError("write", syscall.EPIPE)
		if reset {
			s.writeErr = os.NewSyscallError("write", syscall.ECONNRESET)
		}
	}
	s.readLimit.stop()
	s.changed.Broadcast()
	return reset
}

// setRead sets the deadline of read.
func (s *stream) setRead(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readErr != nil {
		return s.readErr
	}
	s.readLimit.set(&s.changed, t)
	return nil
}

// setWrite sets the deadline of write. It is no error that the peer, or
// CloseWrite, has ended the writing.
func (s *stream) setWrite(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.writeErr, net.ErrClosed) {
		return s.writeErr
	}
	if s.writeErr == nil {
		s.writeLimit.set(&s.changed, t)
	}
	return nil
}

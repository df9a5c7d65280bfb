package wire_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"ferry/internal/wire"
)

// script is a connection whose input is played: strings, each one read, and
// errors. After the last step it is at its end. What is written is kept.
type script struct {
	steps  []any
	piece  int // the most that one Read gives; 0 for no limit
	out    []byte
	writes int
	room   int   // how much of the next Write succeeds if fail is set
	fail   error // of the next Write
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.steps) == 0 {
		return 0, io.EOF
	}
	switch step := s.steps[0].(type) {
	case string:
		if s.piece > 0 {
			p = p[:min(s.piece, len(p))]
		}
		n := copy(p, step)
		if s.steps[0] = step[n:]; n == len(step) {
			s.steps = s.steps[1:]
		}
		return n, nil
	case error:
		s.steps = s.steps[1:]
		return 0, step
	}
	return 0, errors.New("a step is neither string nor error")
}

func (s *script) Write(p []byte) (int, error) {
	s.writes++
	if err := s.fail; err != nil {
		s.fail = nil
		s.out = append(s.out, p[:s.room]...)
		return s.room, err
	}
	s.out = append(s.out, p...)
	return len(p), nil
}

func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{Port: 21} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{Port: 4000} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// play makes a Conn that reads the steps.
func play(steps ...any) (*wire.Conn, *script) {
	s := &script{steps: steps}
	return wire.New(s), s
}

// pieces cuts s into steps of n bytes, with a passed deadline between them if
// asked.
func pieces(s string, n int, deadlines bool) (steps []any) {
	for len(s) > 0 {
		k := min(n, len(s))
		steps = append(steps, s[:k])
		if deadlines {
			steps = append(steps, os.ErrDeadlineExceeded)
		}
		s = s[k:]
	}
	return steps
}

// got is one result of ReadLine.
type got struct {
	line string
	err  error
}

func (g got) String() string { return fmt.Sprintf("%.100q, %v", g.line, g.err) }

// readLines reads up to the first error that is not about one line alone;
// passed deadlines are tried again.
func readLines(c *wire.Conn) (all []got) {
	for {
		line, err := c.ReadLine()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue
		}
		all = append(all, got{line, err})
		if bad := (*wire.LineError)(nil); err != nil && !errors.As(err, &bad) {
			return all
		}
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// replies reads the replies of a control connection. The room is small, as there may
// be many of these, and enough for every line that a server here says.
type replies struct {
	from io.Reader
	buf  [1024]byte
	have int
	line []byte // the last line of the last reply
}

// next reads one reply, of one line or several, and gives its code.
func (r *replies) next() (int, error) {
	first := 0
	for {
		if err := r.readLine(); err != nil {
			return 0, err
		}
		code, last, ok := parseLine(r.line)
		switch {
		case first == 0 && !ok:
			return 0, fmt.Errorf("%q is no reply", r.line)
		case first == 0 && last, ok && last && code == first:
			return code, nil
		case first == 0:
			first = code
		}
	}
}

// parseLine takes apart the beginning of a reply's line; last is false where lines
// follow.
func parseLine(line []byte) (code int, last, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	code, err := strconv.Atoi(string(line[:3]))
	if err != nil || code < 100 || code > 599 {
		return 0, false, false
	}
	return code, len(line) == 3 || line[3] == ' ', true
}

// readLine reads one line, without its end.
func (r *replies) readLine() error {
	for {
		if end := bytes.IndexByte(r.buf[:r.have], '\n'); end >= 0 {
			r.line = append(r.line[:0], bytes.TrimSuffix(r.buf[:end], []byte("\r"))...)
			r.have = copy(r.buf[:], r.buf[end+1:r.have])
			return nil
		}
		if r.have == len(r.buf) {
			return errors.New("a reply's line does not end")
		}
		n, err := r.from.Read(r.buf[r.have:])
		r.have += n
		if errors.Is(err, io.EOF) {
			return errors.New("the server has closed the connection")
		}
		if err != nil {
			return err
		}
	}
}

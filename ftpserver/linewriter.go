package ftpserver

import (
	"io"
	"sync"
)

// lineBuffer is how much of a listing is sent at once.
const lineBuffer = 32 << 10

var lineBuffers = sync.Pool{New: func() any { b := make([]byte, 0, lineBuffer+4<<10); return &b }}

// lineWriter collects lines that are made by appending to buf, and sends them in
// large pieces.
type lineWriter struct {
	w    io.Writer
	buf  []byte
	pool *[]byte
}

func newLineWriter(w io.Writer) *lineWriter {
	b := lineBuffers.Get().(*[]byte)
	return &lineWriter{w: w, buf: (*b)[:0], pool: b}
}

// add takes buf with lines appended.
func (l *lineWriter) add(buf []byte) error {
	l.buf = buf
	if len(buf) < lineBuffer {
		return nil
	}
	return l.flush()
}

// flush sends what there is.
func (l *lineWriter) flush() error {
	if len(l.buf) == 0 {
		return nil
	}
	_, err := l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// free gives the buffer back.
func (l *lineWriter) free() {
	*l.pool = l.buf[:0]
	lineBuffers.Put(l.pool)
}

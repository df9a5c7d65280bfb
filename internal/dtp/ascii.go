package dtp

import (
	"bytes"
	"io"
)

// The conversions of TYPE A (RFC 959 §3.1.1.1): lines end in LF here and in
// CRLF on the wire. Both keep what they need across buffer edges.

// ASCIIEncoder writes text with CRLF line ends. A LF that already has its CR
// stays as it is.
type ASCIIEncoder struct {
	w      io.Writer
	lastCR bool
	buf    []byte
}

// NewASCIIEncoder returns an encoder that writes to w.
func NewASCIIEncoder(w io.Writer) *ASCIIEncoder { return &ASCIIEncoder{w: w} }

// Write writes p with every bare LF made CRLF. The count is of p's bytes.
func (e *ASCIIEncoder) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	out := e.buf[:0]
	lastCR := e.lastCR
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			out = append(out, rest...)
			lastCR = rest[len(rest)-1] == '\r'
			break
		}
		out = append(out, rest[:i]...)
		if i > 0 {
			lastCR = rest[i-1] == '\r'
		}
		if !lastCR {
			out = append(out, '\r')
		}
		out = append(out, '\n')
		lastCR = false
		rest = rest[i+1:]
	}
	e.lastCR, e.buf = lastCR, out
	if _, err := e.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ASCIIDecoder writes text with CRLF made LF. A CR that no LF follows stays.
type ASCIIDecoder struct {
	w       io.Writer
	pending bool // a CR that may belong to a LF
	buf     []byte
}

// NewASCIIDecoder returns a decoder that writes to w. Flush must be called at the
// end.
func NewASCIIDecoder(w io.Writer) *ASCIIDecoder { return &ASCIIDecoder{w: w} }

// Write writes p with CRLF made LF. The count is of p's bytes.
func (d *ASCIIDecoder) Write(p []byte) (int, error) {
	out := d.buf[:0]
	for _, c := range p {
		if d.pending && c != '\n' {
			out = append(out, '\r')
		}
		d.pending = c == '\r'
		if !d.pending {
			out = append(out, c)
		}
	}
	d.buf = out
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := d.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes a CR that was the very last byte.
func (d *ASCIIDecoder) Flush() error {
	if !d.pending {
		return nil
	}
	d.pending = false
	_, err := d.w.Write([]byte{'\r'})
	return err
}

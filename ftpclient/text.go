package ftpclient

import (
	"bytes"
	"context"
	"io"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// Text writes what the server sends for a listing (LIST, NLST, MLSD) in its own
// words, with ends of lines as this machine has them. What it says is fit for no
// terminal before somebody has looked at it. A text of more than Config.MaxListing
// lines ends with ErrTooMuch.
func (c *Conn) Text(ctx context.Context, w io.Writer, verb ftp.Verb, arg string) (Result, error) {
	return c.run(ctx, ftp.TypeASCII, ftp.Command{Verb: verb, Arg: arg}, 0, func(s *dtp.Stream) error {
		return s.Receive(&boundedWriter{w, c.cfg.maxListing()}, nil, ftp.TypeASCII)
	})
}

// boundedWriter takes so many lines and no more.
type boundedWriter struct {
	w    io.Writer
	left int
}

// Write counts the ends of lines.
func (b *boundedWriter) Write(p []byte) (int, error) {
	if b.left -= bytes.Count(p, []byte{'\n'}); b.left < 0 {
		return 0, ErrTooMuch
	}
	return b.w.Write(p)
}

// StoreUnique makes a file of all that r has, under a name that the server chooses
// and most often tells in Result.Reply (STOU, RFC 959 §4.1.3).
func (c *Conn) StoreUnique(ctx context.Context, r io.Reader) (Result, error) {
	return c.upload(ctx, ftp.Command{Verb: "STOU"}, r, 0)
}

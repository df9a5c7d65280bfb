//go:build !linux

package netx

import (
	"errors"
	"io"
	"net"
	"os"
)

// InKernel reports whether SendFile and ReceiveFile work on the connection.
func InKernel(c net.Conn) bool {
	_, ok := c.(*net.TCPConn)
	return ok
}

// SetSegments tells the system how to cut what is sent on a connection, where it can be told.
func SetSegments(net.Conn, Segments) {}

// SendFile lets the kernel send n bytes of the file, from where it stands, and moves
// its offset (sendfile). Fewer without an error mean that the file has ended. Of what has no
// offset, a pipe for one, nothing moves and the error is errors.ErrUnsupported.
func SendFile(to net.Conn, file *os.File, n int64) (moved int64, err error) {
	c, ok := to.(*net.TCPConn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	begin, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, errors.ErrUnsupported
	}
	moved, err = c.ReadFrom(&io.LimitedReader{R: file, N: n})
	if err != nil {
		// Package net may have read what it could not write any more.
		_, seekErr := file.Seek(begin+moved, io.SeekStart)
		err = errors.Join(err, seekErr)
	}
	return moved, err
}

// SendFileNow is SendFile that does not wait, which is not known here: nothing is sent.
func SendFileNow(net.Conn, *os.File, int64) (moved int64, all bool) { return 0, false }

// ReceiveFile writes n bytes that come to the file, where it stands. Fewer without an
// error mean that the peer has ended.
func ReceiveFile(from net.Conn, file *os.File, n int64) (moved int64, err error) {
	c, ok := from.(*net.TCPConn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	return file.ReadFrom(&io.LimitedReader{R: c, N: n})
}

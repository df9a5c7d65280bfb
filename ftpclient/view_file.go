package ftpclient

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// viewFile is an open file. The transfer begins with the first Read, and again with
// the first one behind a Seek to another place.
type viewFile struct {
	view   *view
	name   string
	info   entryInfo
	offset int64
	closed bool

	reading *io.PipeReader // nil while no transfer runs
	stop    context.CancelFunc
	ended   chan struct{}
}

var _ io.ReadSeekCloser = (*viewFile)(nil)

// Stat describes the file.
func (f *viewFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Read gives what comes next.
func (f *viewFile) Read(b []byte) (int, error) {
	if f.closed {
		return 0, pathError("read", f.name, fs.ErrClosed)
	}
	if len(b) == 0 {
		return 0, nil
	}
	if f.reading == nil {
		f.start()
	}
	n, err := f.reading.Read(b)
	f.offset += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = pathError("read", f.name, err)
	}
	return n, err
}

// start begins a transfer at the offset.
func (f *viewFile) start() {
	ctx, stop := context.WithCancel(f.view.ctx)
	r, w := io.Pipe()
	f.reading, f.stop, f.ended = r, stop, make(chan struct{})
	at, ended := f.offset, f.ended
	go func() {
		defer close(ended)
		_, err := f.view.pool.Retrieve(ctx, w, f.view.at(f.name), at)
		_ = w.CloseWithError(err) // it never fails; without an error that is the end
	}()
}

// halt ends the transfer, and waits until the connection is back in the Pool.
func (f *viewFile) halt() {
	if f.reading == nil {
		return
	}
	f.stop()
	_ = f.reading.Close() // it never fails
	<-f.ended
	f.reading = nil
}

// Seek says where the next Read begins.
func (f *viewFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.offset
	case io.SeekEnd:
		offset += f.info.Size()
	default:
		offset = -1
	}
	switch {
	case f.closed:
		return 0, pathError("seek", f.name, fs.ErrClosed)
	case offset < 0:
		return 0, pathError("seek", f.name, fs.ErrInvalid)
	case offset != f.offset:
		f.halt()
		f.offset = offset
	}
	return offset, nil
}

// Close ends the use of the file.
func (f *viewFile) Close() error {
	if f.closed {
		return pathError("close", f.name, fs.ErrClosed)
	}
	f.closed = true
	f.halt()
	return nil
}

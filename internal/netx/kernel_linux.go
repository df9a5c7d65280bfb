package netx

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
)

// InKernel reports whether SendFile and ReceiveFile work on the connection.
func InKernel(c net.Conn) bool {
	_, ok := c.(*conn)
	return ok
}

// SendFile lets the kernel send n bytes of the file, from where it stands, and moves
// its offset (sendfile). Fewer without an error mean that the file has ended. Of what is no
// file that the kernel can send, a pipe for one, nothing moves and the error is
// errors.ErrUnsupported.
func SendFile(to net.Conn, file *os.File, n int64) (moved int64, err error) {
	c, ok := to.(*conn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	for moved < n {
		err := c.enter(writing)
		k := 0
		if err == nil {
			k, err = syscall.Sendfile(c.fd, int(file.Fd()), nil, int(min(n-moved, maxMove)))
			c.mu.Unlock()
			err = os.NewSyscallError("sendfile", err)
		}
		if k > 0 {
			moved += int64(k)
		}
		switch {
		case err == nil && k == 0:
			return moved, nil
		case err == nil, errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			if err := c.wait(writing); err != nil {
				return moved, c.failed("write", err)
			}
		case moved == 0 && errors.Is(err, syscall.EINVAL):
			return 0, errors.ErrUnsupported
		default:
			return moved, c.failed("write", err)
		}
	}
	return moved, nil
}

// SendFileNow is SendFile that does not wait: all is false if something is left that could
// not be sent at once, for whatever reason.
func SendFileNow(to net.Conn, file *os.File, n int64) (moved int64, all bool) {
	c, ok := to.(*conn)
	if !ok || c.enter(writing) != nil {
		return 0, false
	}
	defer c.mu.Unlock()
	for moved < n {
		k, err := syscall.Sendfile(c.fd, int(file.Fd()), nil, int(min(n-moved, maxMove)))
		if err != nil {
			return moved, false
		}
		if k == 0 {
			break // the file has ended
		}
		moved += int64(k)
	}
	return moved, true
}

// maxMove is what one call is asked to move at most.
const maxMove = 1 << 30

// ReceiveFile lets the kernel write n bytes that come to the file, where it stands, and
// moves its offset (splice). Fewer without an error mean that the peer has ended.
func ReceiveFile(from net.Conn, file *os.File, n int64) (moved int64, err error) {
	c, ok := from.(*conn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	p, err := takePipe()
	if err != nil {
		return 0, err
	}
	defer func() { p.giveBack() }()
	for moved < n {
		k, err := c.fill(p, int(min(n-moved, pipeSize)))
		if err != nil || k == 0 {
			return moved, err
		}
		if err := p.empty(file); err != nil {
			return moved + int64(k-p.held), err
		}
		moved += int64(k)
	}
	return moved, nil
}

// fill moves what has come, up to n bytes, into the pipe; 0 is the peer's end.
func (c *conn) fill(p *pipe, n int) (int, error) {
	for {
		err := c.enter(reading)
		if err == nil {
			k, spliceErr := syscall.Splice(c.fd, nil, p.w, nil, n, spliceMove|spliceNonblock)
			c.mu.Unlock()
			p.held, err = int(max(k, 0)), os.NewSyscallError("splice", spliceErr)
		}
		switch {
		case err == nil:
			return p.held, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			if err := c.wait(reading); err != nil {
				return 0, c.failed("read", err)
			}
		default:
			return 0, c.failed("read", err)
		}
	}
}

// The flags of splice(2) that are needed.
const (
	spliceMove     = 0x1
	spliceNonblock = 0x2
)

// pipeSize is how much a pipe is asked to hold; the system may give less.
const pipeSize = 1 << 20

// fSetPipeSize is F_SETPIPE_SZ of fcntl(2).
const fSetPipeSize = 1031

// pipe is what the kernel moves bytes through: splice needs one between two others.
type pipe struct {
	r, w int
	held int // bytes that are in it
}

var pipes = sync.Pool{}

func takePipe() (*pipe, error) {
	if p, ok := pipes.Get().(*pipe); ok {
		return p, nil
	}
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return nil, os.NewSyscallError("pipe2", err)
	}
	p := &pipe{r: fds[0], w: fds[1]}
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, uintptr(p.w), fSetPipeSize, pipeSize) // a smaller one does too
	runtime.AddCleanup(p, func(fds [2]int) {
		_ = syscall.Close(fds[0])
		_ = syscall.Close(fds[1])
	}, fds)
	return p, nil
}

// giveBack keeps the pipe for others, unless something is left in it.
func (p *pipe) giveBack() {
	if p.held == 0 {
		pipes.Put(p)
	}
}

// empty writes what the pipe holds to the file.
func (p *pipe) empty(file *os.File) error {
	for p.held > 0 {
		k, err := syscall.Splice(p.r, nil, int(file.Fd()), nil, p.held, spliceMove)
		switch {
		case err == nil && k > 0:
			p.held -= int(k)
		case err == nil:
			return io.ErrShortWrite
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EAGAIN):
		case errors.Is(err, syscall.EINVAL):
			return p.copyTo(file) // a file that is opened to append, or a file system that cannot
		default:
			return os.NewSyscallError("splice", err)
		}
	}
	return nil
}

// copyTo does the same without splice.
func (p *pipe) copyTo(file *os.File) error {
	buf := make([]byte, min(p.held, 64<<10))
	for p.held > 0 {
		n, err := syscall.Read(p.r, buf[:min(p.held, len(buf))])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return os.NewSyscallError("read", err)
		}
		p.held -= n
		if _, err := file.Write(buf[:n]); err != nil {
			p.held += n // they are lost with the pipe
			return err
		}
	}
	return nil
}

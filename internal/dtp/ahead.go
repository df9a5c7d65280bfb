package dtp

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// aheadFrom is how much of a file is sent before the rest is read ahead: what is shorter is over
// before another goroutine has woken up.
const aheadFrom = 1 << 20

// aheadBlocks is how many blocks there are between reading and sending.
const aheadBlocks = 2

// block is what one read has got.
type block struct {
	buf   *[]byte
	n     int
	err   error
	fault string // a panic of the read
}

// sendAhead sends what src has, while another goroutine reads the next of it: reading then takes
// the time of another processor than sealing by TLS and sending. It returns at the end of src or with
// an error, either of which is one of the two, or when there is no room for it any more; all that was read
// has been sent then.
func sendAhead(dst io.Writer, src io.Reader, size int) (readErr, writeErr error) {
	free, filled := make(chan *[]byte, aheadBlocks), make(chan block, aheadBlocks)
	go readAhead(src, size, free, filled)
	for range aheadBlocks {
		free <- buffers.Get().(*[]byte)
	}
	ending := false
	end := func() {
		if !ending {
			ending = true
			close(free)
		}
	}
	defer func() {
		end() // a panic of dst leaves nobody behind who reads
		for b := range filled {
			if b.buf != nil { // a fault has none
				buffers.Put(b.buf)
			}
		}
	}()
	for b := range filled {
		if b.fault != "" {
			panic(b.fault) // whoever has called knows what to do with it
		}
		if b.n > 0 && writeErr == nil {
			_, writeErr = dst.Write((*b.buf)[:b.n])
		}
		readErr = b.err
		if !ending && readErr == nil && writeErr == nil && roomy() {
			free <- b.buf
			continue
		}
		buffers.Put(b.buf)
		end()
	}
	return readErr, writeErr
}

// readAhead reads into the blocks that are free until there are no more. After an error it gives them
// back only.
func readAhead(src io.Reader, size int, free <-chan *[]byte, filled chan<- block) {
	defer close(filled)
	defer func() {
		if fault := recover(); fault != nil {
			filled <- block{fault: fmt.Sprintf("%v, reading ahead:\n%s", fault, debug.Stack())}
		}
	}()
	var err error
	for buf := range free {
		if err != nil {
			buffers.Put(buf)
			continue
		}
		b := block{buf: buf}
		b.n, err = src.Read((*buf)[:size])
		b.err = err
		filled <- b
	}
}

// send copies src to dst, to the end or to an error of either, beginning with what is small.
func (s *Stream) send(dst io.Writer, src io.Reader) (readErr, writeErr error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b := (*buf)[:s.portion(bufferSize)]
	bulk := bulk{conn: s.guard.Conn, sealed: s.tls != nil}
	defer bulk.end()
	for sent := int64(0); ; {
		if sent >= aheadFrom && s.rules.Limiter == nil {
			if bulk.begin(); bulk.sealed {
				bulk.goOn()
			}
			if roomy() && runtime.NumCPU() > 1 {
				if readErr, writeErr = sendAhead(dst, src, len(b)); readErr != nil || writeErr != nil {
					return readErr, writeErr
				}
			}
		}
		n, err := src.Read(b)
		sent += int64(n)
		if n > 0 {
			if _, err := dst.Write(b[:n]); err != nil {
				return nil, err
			}
		}
		if err != nil {
			return err, nil
		}
	}
}

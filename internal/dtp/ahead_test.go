package dtp

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"ferry/ftp"
)

// pattern is a reader of n bytes, always the same.
func pattern(n int64) io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{}), n) }

// gate is a writer whose write waits for a turn.
type gate struct {
	bytes.Buffer
	turns chan struct{}
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.turns
	return g.Buffer.Write(p)
}

// TestSendAhead has a writer that waits: meanwhile as much as there are blocks is read, and no more;
// in the end all has come in its order.
func TestSendAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const blocks, size = 9, 1000
		var seen bytes.Buffer
		src := io.TeeReader(pattern(blocks*size-1), &seen)
		dst := &gate{turns: make(chan struct{})}
		done := make(chan error, 2)
		bulks.Add(1)
		defer bulks.Add(-1)
		go func() {
			readErr, writeErr := sendAhead(dst, src, size)
			done <- readErr
			done <- writeErr
		}()
		for i := range blocks {
			synctest.Wait()
			if want := min((i+aheadBlocks)*size, blocks*size-1); seen.Len() != want {
				t.Errorf("block %d is being written, and %d bytes are read, not %d", i, seen.Len(), want)
			}
			dst.turns <- struct{}{}
		}
		if readErr, writeErr := <-done, <-done; !errors.Is(readErr, io.EOF) || writeErr != nil {
			t.Errorf("%v, %v", readErr, writeErr)
		}
		if !bytes.Equal(dst.Bytes(), seen.Bytes()) {
			t.Error("what has come is not what was read")
		}
	})
}

// TestSendAheadFails has either side fail, and panic: everything ends, nobody is left behind, and what
// was read before an error of the reader has come.
func TestSendAheadFails(t *testing.T) {
	boom := errors.New("boom")
	const size = 1000
	bulks.Add(1)
	defer bulks.Add(-1)
	for _, c := range []struct {
		name              string
		src               io.Reader
		dst               io.Writer
		readErr, writeErr error
		fault             string
		written           int
	}{
		{"reader", io.MultiReader(pattern(5*size), iotest.ErrReader(boom)), nil, boom, nil, "", 5 * size},
		{"reader with its last bytes", iotest.DataErrReader(pattern(3 * size)), nil, io.EOF, nil, "", 3 * size},
		{"writer", pattern(50 * size), failingWriter{boom}, nil, boom, "", 0},
		{"reader panics", io.MultiReader(pattern(2*size), faulty{}), nil, nil, nil, "no such luck, reading ahead:", 2 * size},
		{"writer panics", pattern(50 * size), faulty{}, nil, nil, "no such luck", 0},
		{"both panic", io.MultiReader(pattern(size), faulty{}), faulty{}, nil, nil, "no such luck", 0},
	} {
		synctest.Test(t, func(t *testing.T) { // which complains of a goroutine that stays
			var got bytes.Buffer
			dst := c.dst
			if dst == nil {
				dst = &got
			}
			defer func() {
				fault := recover()
				if text, _ := fault.(string); c.fault == "" && fault != nil || !strings.HasPrefix(text, c.fault) {
					t.Errorf("%s: panics with %v", c.name, fault)
				}
				if got.Len() != c.written {
					t.Errorf("%s: %d bytes have come", c.name, got.Len())
				}
			}()
			defer func() {
				if buf := buffers.Get().(*[]byte); buf == nil {
					t.Errorf("%s: no buffer is given back as one", c.name)
				}
			}()
			readErr, writeErr := sendAhead(dst, c.src, size)
			if !errors.Is(readErr, c.readErr) || !errors.Is(writeErr, c.writeErr) || c.fault != "" {
				t.Errorf("%s: %v, %v", c.name, readErr, writeErr)
			}
		})
	}
}

type faulty struct{}

func (faulty) Read([]byte) (int, error)  { panic("no such luck") }
func (faulty) Write([]byte) (int, error) { panic("no such luck") }

// TestSendFromAhead sends a large file while there is room, while there is none, and while that changes.
func TestSendFromAhead(t *testing.T) {
	const size = 3*aheadFrom + 7
	for name, change := range map[string]func(block int){
		"room":    func(int) {},
		"no room": func(int) { bulks.Store(100) },
		"both":    func(block int) { bulks.Store(int32(1 + block/2%2*100)) },
	} {
		server, client := connected(t, 64<<10)
		s := NewStream(t.Context(), server, Rules{})
		var want bytes.Buffer
		reads := 0
		from := io.TeeReader(pattern(size), &want)
		src := readerFunc(func(p []byte) (int, error) {
			change(reads)
			reads++
			return from.Read(p)
		})
		sent := make(chan error, 1)
		go func() {
			sent <- s.Send(src, nil, SendOptions{Type: ftp.TypeImage})
			_ = s.Close()
		}()
		got, err := io.ReadAll(client)
		if err := errors.Join(err, <-sent); err != nil || !bytes.Equal(got, want.Bytes()) || s.Moved() != size {
			t.Errorf("%s, %d processors: %d bytes have come, %d are counted, %v", name, runtime.NumCPU(), len(got), s.Moved(), err)
		}
		bulks.Store(0)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

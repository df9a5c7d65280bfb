package wire

import (
	"crypto/rand"
	"io"
	"net"
	"testing"
)

// However large the buffer of the reader, no byte behind a record is taken with it.
func TestExactRecords(t *testing.T) {
	near, far := net.Pipe()
	body := make([]byte, 300)
	_, _ = rand.Read(body)
	record := append([]byte{23, 3, 3, 300 >> 8, 300 & 0xff}, body...)
	empty := []byte{20, 3, 3, 0, 0}
	go func() {
		_, _ = far.Write(append(append(append([]byte(nil), record...), empty...), record...))
		_, _ = far.Write([]byte("USER u\r\n"))
		_ = far.Close()
	}()
	c := ExactRecords(near)
	buf := make([]byte, 4096)
	for _, want := range []int{len(record), len(empty), len(record)} {
		for got := 0; got < want; {
			n, err := c.Read(buf)
			if got += n; got > want || err != nil {
				t.Fatalf("%d bytes of %d, %v", got, want, err)
			}
		}
	}
	if rest, err := io.ReadAll(near); string(rest) != "USER u\r\n" || err != nil {
		t.Errorf("behind the records: %q, %v", rest, err)
	}
}

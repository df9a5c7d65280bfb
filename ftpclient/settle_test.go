package ftpclient_test

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftpclient"
)

// forgetful is a server whose first session dies behind the data of an upload. What
// it then has is the file, or under old another one of the same length.
type forgetful struct {
	old bool

	mu       sync.Mutex
	file     []byte
	sessions int
	stores   int
}

func (s *forgetful) serve(conn net.Conn) {
	data, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer data.Close()
	s.mu.Lock()
	s.sessions++
	first := s.sessions == 1
	s.mu.Unlock()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 ready")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		switch verb, _, _ := strings.Cut(lines.Text(), " "); verb {
		case "FEAT":
			say("211-these\r\n XCRC\r\n211 end")
		case "EPSV":
			say("229 here (|||%d|)", data.Addr().(*net.TCPAddr).Port)
		case "SIZE":
			s.mu.Lock()
			say("213 %d", len(s.file))
			s.mu.Unlock()
		case "XCRC":
			s.mu.Lock()
			say("250 %08X", crc32.ChecksumIEEE(s.file))
			s.mu.Unlock()
		case "STOR":
			say("150 comes")
			dc, err := data.Accept()
			if err != nil {
				return
			}
			content, _ := io.ReadAll(dc)
			_ = dc.Close()
			s.mu.Lock()
			s.stores++
			s.file = content
			if first && s.old {
				s.file = bytes.Repeat([]byte{'o'}, len(content))
			}
			s.mu.Unlock()
			if first {
				return
			}
			say("226 done")
		default:
			say("230 ok")
		}
	}
}

// Where the server makes checksums, its checksum says whether a file is whole of
// which the last word was lost.
func TestLostReplyChecksum(t *testing.T) {
	for _, old := range []bool{false, true} {
		s := &forgetful{old: old}
		p := ftpclient.NewPool(ftpclient.PoolConfig{
			Address: listen(t, s.serve), User: "anna", Backoff: time.Millisecond, Config: impatient(),
		})
		want := content(2 << 20)
		r, err := p.Store(t.Context(), "file", bytes.NewReader(want), 0)
		if err != nil || r.Settled == old || r.Bytes != int64(len(want)) {
			t.Errorf("old %v: %+v, %v", old, r, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		if !bytes.Equal(s.file, want) || s.stores != map[bool]int{false: 1, true: 2}[old] {
			t.Errorf("old %v: stored %d times", old, s.stores)
		}
		s.mu.Unlock()
	}
}

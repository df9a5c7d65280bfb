package peers

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
)

// The parts of a DNS message that loopbackResolver needs (RFC 1035 §4.1).
const (
	dnsHeader = 12
	dnsTypeA  = 1
)

// loopbackResolver is a DNS server, over TCP, for which every host has the address
// 127.0.0.1 and no other. It returns where it is asked, and ends with the test.
func loopbackResolver(t testing.TB) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerQueries(conn)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return l.Addr().String()
}

// answerQueries answers until the peer closes, or asks what nobody understands.
func answerQueries(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := resolve(query)
		if answer == nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// resolve answers one question; nil is no answer.
func resolve(query []byte) []byte {
	end := dnsHeader // of the name
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the last label, type, class
	if len(query) < end {
		return nil
	}
	answer := append([]byte(nil), query[:end]...)
	copy(answer[2:], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}) // a reply, one question
	if query[end-4] == 0 && query[end-3] == dnsTypeA {
		answer[7] = 1
		answer = append(answer, 0xc0, dnsHeader, 0, dnsTypeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return answer
}

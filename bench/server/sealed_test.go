package main

import (
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// TestSealed reads records of package tls without opening them, as they come in pieces of all sizes.
func TestSealed(t *testing.T) {
	blockFreely(t)
	b := &bench{memory: t.TempDir()}
	if err := b.makeCertificate(); err != nil {
		t.Fatal(err)
	}
	cert, err := tls.LoadX509KeyPair(b.cert, filepath.Join(b.memory, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, size := range []int{0, 1, 5000, 1<<20 + 3} {
		served := make(chan error, 1)
		go func() {
			raw, err := l.Accept()
			if err != nil {
				served <- err
				return
			}
			defer func() { _ = raw.Close() }()
			c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{cert}})
			if _, err = c.Write(make([]byte, size)); err == nil {
				err = c.CloseWrite()
			}
			if err == nil {
				_, err = io.Copy(io.Discard, c) // to the client's close_notify
			}
			served <- err
		}()
		raw, err := dial(l.Addr().(*net.TCPAddr).Port)
		if err != nil {
			t.Fatal(err)
		}
		s := &session{config: clientTLS()}
		n, err := s.retrieveSealed(raw, int64(size), make([]byte, 4097))
		if n != int64(size) || err != nil {
			t.Errorf("%d bytes of %d, %v", n, size, err)
		}
		if err := <-served; err != nil {
			t.Errorf("%d bytes: the server: %v", size, err)
		}
	}
}

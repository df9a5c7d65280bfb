package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// retrieve fetches a file of size bytes, or a list, which is as long as it is (0), over either kind
// of data connection.
func (s *session) retrieve(command string, active bool, size int64, buf []byte) (n int64, err error) {
	data, err := s.open(command, active)
	if err != nil {
		return 0, err
	}
	switch {
	case s.config == nil:
		n, err = data.drain(buf)
		_ = data.Close() // all was read
	case size == bigSize:
		n, err = s.retrieveSealed(data, size, buf)
	default:
		n, err = s.retrieveSecure(data, buf)
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", command, err)
	}
	return n, s.expect(226, command)
}

// secure puts TLS over a data connection.
func (s *session) secure(raw net.Conn) (*tls.Conn, error) {
	data := tls.Client(raw, s.config)
	if err := data.Handshake(); err != nil {
		_ = raw.Close()
		return nil, err
	}
	if !data.ConnectionState().DidResume {
		s.full++
	}
	return data, nil
}

func (s *session) retrieveSecure(raw *conn, buf []byte) (total int64, err error) {
	data, err := s.secure(raw)
	if err != nil {
		return 0, err
	}
	for {
		n, err := data.Read(buf)
		total += int64(n)
		if errors.Is(err, io.EOF) {
			return total, data.Close()
		}
		if err != nil {
			_ = data.Close()
			return total, err
		}
	}
}

// store sends the beginning of a file.
func (s *session) store(command string, file *os.File, size int64, buf []byte) error {
	data, err := s.open(command, false)
	if err != nil {
		return err
	}
	if s.config == nil {
		err = data.fill(file, size)
		err = errors.Join(err, data.Close())
	} else {
		err = s.storeSecure(data, size, buf)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return s.expect(226, command)
}

// storeSecure sends bytes of the client's memory: a file would have to be read first,
// which is no matter of the server's.
func (s *session) storeSecure(raw *conn, size int64, buf []byte) error {
	data, err := s.secure(raw)
	if err != nil {
		return err
	}
	for sent := int64(0); sent < size && err == nil; {
		var n int
		n, err = data.Write(buf[:min(size-sent, int64(len(buf)))])
		sent += int64(n)
	}
	if err == nil {
		err = data.CloseWrite()
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, data) // the server may still say something there, or just close
	}
	_ = data.Close() // the server has closed already
	return err
}

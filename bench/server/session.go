package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
)

// session is a control connection that is logged in.
type session struct {
	raw     *conn
	control net.Conn    // raw, or TLS over it
	config  *tls.Config // of the data connections, nil without TLS
	replies replies
	command []byte
	full    int // data connections that did not resume a TLS session
}

// password is what anonymous logs in with: a virtual user of Pure-FTPd needs one.
const password = "anonymous@example.com"

// newSession connects and logs in.
func newSession(r *running) (*session, error) { return newSessionFrom(0, r) }

// newSessionFrom does so from 127.0.0.HOST.
func newSessionFrom(host byte, r *running) (*session, error) {
	raw, err := dialFrom(host, r.port)
	if err != nil {
		return nil, err
	}
	s := &session{raw: raw, control: raw}
	s.replies.from = raw
	if err := s.login(r.tls); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) login(secure bool) error {
	if err := s.expect(220, "greeting"); err != nil {
		return err
	}
	if secure {
		if err := s.ask(234, "AUTH TLS"); err != nil {
			return err
		}
		s.config = clientTLS()
		control := tls.Client(s.raw, s.config)
		if err := control.Handshake(); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		s.control, s.replies.from = control, control
	}
	steps := []struct {
		want    int
		command string
	}{{331, "USER anonymous"}, {230, "PASS " + password}, {200, "TYPE I"}, {200, "PBSZ 0"}, {200, "PROT P"}}
	if !secure {
		steps = steps[:3]
	}
	for _, step := range steps {
		if err := s.ask(step.want, step.command); err != nil {
			return err
		}
	}
	return nil
}

// send writes a command.
func (s *session) send(command string) error {
	s.command = append(append(s.command[:0], command...), "\r\n"...)
	_, err := s.control.Write(s.command)
	return err
}

// ask sends a command and wants a reply.
func (s *session) ask(want int, command string) error {
	if err := s.send(command); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return s.expect(want, command)
}

// expect reads the reply to a command.
func (s *session) expect(want int, command string) error {
	code, err := s.replies.next()
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	if code != want {
		return fmt.Errorf("%s: %q, not %d", command, s.replies.line, want)
	}
	return nil
}

// begin sends a command and reads the reply by which its transfer begins.
func (s *session) begin(command string) error {
	if err := s.send(command); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	code, err := s.replies.next()
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	if code != 150 && code != 125 {
		return fmt.Errorf("%s: %q, not 150", command, s.replies.line)
	}
	return nil
}

// close ends the session without a word.
func (s *session) close() { _ = s.raw.Close() } // nothing is lost

// quit ends the session as a client should.
func (s *session) quit() error {
	err := s.ask(221, "QUIT")
	s.close()
	return err
}

// passive asks for a port and connects to it.
func (s *session) passive() (*conn, error) {
	if err := s.ask(229, "EPSV"); err != nil {
		return nil, err
	}
	port, err := epsvPort(s.replies.line)
	if err != nil {
		return nil, err
	}
	return dial(port)
}

// epsvPort takes the port out of a reply 229.
func epsvPort(line []byte) (int, error) {
	_, rest, ok := bytes.Cut(line, []byte("(|||"))
	digits, _, ended := bytes.Cut(rest, []byte("|)"))
	port, err := strconv.Atoi(string(digits))
	if !ok || !ended || err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("%q names no port", line)
	}
	return port, nil
}

// active listens and names the port.
func (s *session) active() (*listener, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	if err := s.ask(200, "PORT 127,0,0,1,"+strconv.Itoa(l.port>>8)+","+strconv.Itoa(l.port&255)); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// open opens a data connection and asks for the transfer.
func (s *session) open(command string, active bool) (*conn, error) {
	if active {
		l, err := s.active()
		if err != nil {
			return nil, err
		}
		defer l.close()
		if err := s.begin(command); err != nil {
			return nil, err
		}
		return l.accept()
	}
	data, err := s.passive()
	if err != nil {
		return nil, err
	}
	if err := s.begin(command); err != nil {
		_ = data.Close()
		return nil, err
	}
	return data, nil
}

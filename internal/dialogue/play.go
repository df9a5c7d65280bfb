package dialogue

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// patience is how long the server may take for each step. It is no part of what
// is tested, only the end of waiting for a server that never answers.
const patience = 30 * time.Second

// Peer is a running server and how to reach it.
type Peer struct {
	// Name is the server's name in S[name]: lines.
	Name string
	// Dial opens a control connection over TCP.
	Dial func() (net.Conn, error)
	// Root is the folder that the server shows as "/", where FILE and GONE look
	// and where the script's tree must be before Play (see Populate).
	Root string
}

// Play holds the conversation with the server and returns the first thing that
// went otherwise, with the whole transcript, or nil.
func (s *Script) Play(p Peer) error {
	steps, err := s.stepsFor(p.Name)
	if err != nil {
		return err
	}
	conn, err := p.Dial()
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	c := newControl(conn)
	pl := &player{script: s, peer: p, control: c}
	defer c.close()
	defer pl.dropData()
	defer pl.dropOthers()
	for _, st := range steps {
		if err := pl.step(st); err != nil {
			return fmt.Errorf("%s:%d: %s %s: %w\n%s", s.File, st.line, st.op, st.text, err, c.transcript())
		}
	}
	if err := pl.leave(); err != nil {
		return fmt.Errorf("%s: at the end: %w\n%s", s.File, err, c.transcript())
	}
	return nil
}

// player is the state of one conversation.
type player struct {
	script  *Script
	peer    Peer
	control *control
	data    *dataConn // the last one agreed on; nil before
	last    string    // last line of the last reply of 227 or 229
	ended   bool      // EOF has been seen
	others  []*control
}

// step does one step.
func (pl *player) step(st step) error {
	switch st.op {
	case opLogin:
		return pl.login(st.text)
	case opCommand:
		return pl.control.send(st.text + "\r\n")
	case opRaw:
		return pl.control.send(st.text)
	case opReply:
		return pl.expect(append([]string{st.text}, st.more...)...)
	case opOpen:
		return pl.open(st.text)
	case opDial:
		return pl.dial()
	case opSend:
		return pl.withData(func(d *dataConn) error { return d.send(st.text) })
	case opBytes:
		return pl.withData(func(d *dataConn) error {
			got, err := d.receive()
			if err == nil && got != st.text {
				err = fmt.Errorf("the data connection carried %q", got)
			}
			return err
		})
	case opLines:
		return pl.withData(func(d *dataConn) error {
			got, err := d.receive()
			if err == nil && !matchLines(append([]string{st.text}, st.more...), splitLines(got), matchText) {
				err = fmt.Errorf("the data connection carried %q, want lines %q", got, append([]string{st.text}, st.more...))
			}
			return err
		})
	case opClose:
		return pl.withData((*dataConn).close)
	case opReset:
		return pl.withData((*dataConn).reset)
	case opFile:
		return checkFile(pl.peer.Root, st.file, st.text)
	case opGone:
		return checkGone(pl.peer.Root, st.text)
	case opOwner:
		return checkOwner(pl.peer.Root, st.file, st.text)
	case opFrom:
		return pl.withData(func(d *dataConn) error { return d.from(st.text) })
	case opRefused:
		return pl.refused(st.text)
	case opConnect:
		return pl.reconnect()
	case opTLS:
		return pl.control.startTLS()
	case opDies:
		pl.ended = true
		return pl.control.expectDeath()
	case opEOF:
		pl.ended = true
		return pl.control.expectEOF()
	default:
		return fmt.Errorf("no such step")
	}
}

// expect reads one reply and compares it.
func (pl *player) expect(want ...string) error {
	got, err := pl.control.reply()
	if err != nil {
		return fmt.Errorf("want %q: %w", want, err)
	}
	if last := got[len(got)-1]; strings.HasPrefix(last, "227 ") || strings.HasPrefix(last, "229 ") {
		pl.last = last
	}
	if !matchReply(want, got) {
		return fmt.Errorf("got %q", got)
	}
	return nil
}

// command sends a command and wants a single code as its answer.
func (pl *player) command(line, code string) error {
	if err := pl.control.send(line + "\r\n"); err != nil {
		return err
	}
	return pl.expect(code)
}

// login goes from the greeting to 230.
func (pl *player) login(user string) error {
	password, ok := pl.script.password(user)
	if !ok {
		return fmt.Errorf("no user: line for %q", user)
	}
	if err := pl.expect("220"); err != nil {
		return err
	}
	if err := pl.command("USER "+user, "331"); err != nil {
		return err
	}
	return pl.command("PASS "+password, "230")
}

// reconnect ends the session, if it goes on, and opens another.
func (pl *player) reconnect() error {
	if err := pl.leave(); err != nil {
		return err
	}
	pl.control.close()
	conn, err := pl.peer.Dial()
	if err != nil {
		return err
	}
	pl.control.conn, pl.control.r = conn, bufio.NewReader(conn)
	pl.control.said.WriteString("  another connection\n")
	pl.last, pl.ended = "", false
	return nil
}

// leave says goodbye, unless the server has hung up as it was to do.
func (pl *player) leave() error {
	if pl.ended {
		return nil
	}
	pl.dropData()
	if err := pl.command("QUIT", "221"); err != nil {
		return err
	}
	return pl.control.expectEOF()
}

// splitLines are the lines of a listing, without CRLF or LF.
func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// isTimeout tells a server that is silent from one that hung up.
func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// isEOF is the end of a connection, in order or by reset: a server may hang up
// while it has not read everything.
func isEOF(err error) bool {
	return err != nil && !isTimeout(err) && (errors.Is(err, io.EOF) || isReset(err))
}

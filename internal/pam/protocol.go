package pam

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// version is what ferry-pam says first. The other end of this protocol is
// ferry/pam/protocol of the module of ferry-pam, which says how it works.
const version = "ferry-pam 1"

// The most bytes of a message.
const (
	maxSecret = 512
	maxText   = 1 << 10
	maxAnswer = 1 << 20
)

// request is a message to ferry-pam.
type request struct {
	ID      uint64 `json:"id"`
	Op      string `json:"op"` // open or close
	Service string `json:"service,omitempty"`
	User    []byte `json:"user,omitempty"`
	Rhost   string `json:"rhost,omitempty"`
	TTY     string `json:"tty,omitempty"`
	Session bool   `json:"session,omitempty"`
	Utmp    bool   `json:"utmp,omitempty"`
	// Length is that of the password, which follows the line.
	Length int `json:"secret,omitempty"`
}

// answer is a message of ferry-pam.
type answer struct {
	ID      uint64   `json:"id"`
	Hello   string   `json:"hello"`
	OK      bool     `json:"ok"`
	Closed  bool     `json:"closed"`
	Account *account `json:"account"`
	Reason  string   `json:"reason"`
	Code    string   `json:"code"`
	Stage   string   `json:"stage"`
	Text    string   `json:"text"`
}

// account is a user in an answer. Names are bytes.
type account struct {
	Name   []byte   `json:"name"`
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups"`
	Home   []byte   `json:"home"`
	Shell  []byte   `json:"shell"`
	Gecos  []byte   `json:"gecos"`
}

// send writes a request and the password behind it, in one piece that is
// overwritten afterwards.
func send(w io.Writer, q *request, password []byte) error {
	q.Length = len(password)
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	message := make([]byte, 0, len(text)+1+len(password)) // of which no copy is made
	message = append(append(append(message, text...), '\n'), password...)
	_, err = w.Write(message)
	clear(message)
	return err
}

// receive reads an answer. At the end the error is io.EOF.
func receive(r *bufio.Reader) (*answer, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxAnswer:
			return nil, errors.New("an answer is too long")
		case err == nil:
			a := new(answer)
			if err := json.Unmarshal(line, a); err != nil {
				return nil, fmt.Errorf("an answer that is none: %w", err)
			}
			return a, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

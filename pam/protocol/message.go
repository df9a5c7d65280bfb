package protocol

import (
	"encoding/json"
	"io"
)

// Version is said first by ferry-pam, in Answer.Hello.
const Version = "ferry-pam 1"

// The most bytes of a message. An account of very many groups makes a long
// answer.
const (
	MaxRequest = 8 << 10
	MaxSecret  = 512
	MaxAnswer  = 1 << 20
)

// What a request asks for.
const (
	OpOpen  = "open"
	OpClose = "close"
)

// Request asks for a transaction, or for the end of one.
type Request struct {
	ID uint64 `json:"id"`
	Op string `json:"op"`

	Service string `json:"service,omitempty"`
	User    []byte `json:"user,omitempty"`
	Rhost   string `json:"rhost,omitempty"`
	TTY     string `json:"tty,omitempty"`
	// Session asks for pam_open_session; the transaction lasts until it is closed.
	Session bool `json:"session,omitempty"`
	// Utmp asks for records in utmp and wtmp, with a session.
	Utmp bool `json:"utmp,omitempty"`

	// Length is that of the password, which follows the line.
	Length int    `json:"secret,omitempty"`
	Secret []byte `json:"-"`
}

// Answer says how a transaction went. The first one of a process says Hello. One
// with a session that succeeded is answered once more when it has ended, with
// Closed.
type Answer struct {
	ID    uint64 `json:"id"`
	Hello string `json:"hello,omitempty"`

	OK      bool     `json:"ok,omitempty"`
	Closed  bool     `json:"closed,omitempty"`
	Account *Account `json:"account,omitempty"`

	// Reason is a name that stays the same, Code PAM's own, Stage where it was.
	Reason string `json:"reason,omitempty"`
	Code   string `json:"code,omitempty"`
	Stage  string `json:"stage,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Account is a user as the C library knows it, from wherever nsswitch.conf says.
type Account struct {
	Name   []byte   `json:"name"`
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups"`
	Home   []byte   `json:"home"`
	Shell  []byte   `json:"shell"`
	Gecos  []byte   `json:"gecos"`
}

// The reasons that are not PAM's.
const (
	ReasonBadRequest = "bad-request"
	ReasonBusy       = "busy"
	ReasonTimeout    = "timeout"
	ReasonCrashed    = "crashed"
	ReasonCancelled  = "cancelled"
)

// WriteRequest writes a request and its password.
func WriteRequest(w io.Writer, q *Request) error {
	q.Length = len(q.Secret)
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	message := make([]byte, 0, len(text)+1+len(q.Secret)) // of which no copy is made
	message = append(append(append(message, text...), '\n'), q.Secret...)
	_, err = w.Write(message)
	clear(message)
	return err
}

// WriteAnswer writes an answer.
func WriteAnswer(w io.Writer, a *Answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

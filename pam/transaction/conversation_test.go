package transaction

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/msteinert/pam/v2"

	"ferry/pam/protocol"
)

func TestConversation(t *testing.T) {
	password := []byte("secret")
	c := &conversation{user: "alice", password: password}
	for _, test := range []struct {
		style pam.Style
		want  string
		fails bool
	}{
		{pam.PromptEchoOff, "secret", false},
		{pam.PromptEchoOn, "alice", false},
		{pam.TextInfo, "", false},
		{pam.ErrorMsg, "", false},
		{pam.PromptEchoOff, "secret", false},
		{pam.BinaryPrompt, "", true},
		{pam.Style(5), "", true}, // PAM_RADIO_TYPE
		{pam.Style(0), "", true},
	} {
		got, err := c.RespondPAM(test.style, fmt.Sprint("message ", test.style))
		if got != test.want || (err != nil) != test.fails {
			t.Errorf("to a message of the kind %d: %q, %v", test.style, got, err)
		}
	}
	if want := fmt.Sprint("message ", pam.ErrorMsg); c.text != want {
		t.Errorf("it keeps %q, want %q", c.text, want)
	}
	if _, err := c.RespondPAM(pam.ErrorMsg, strings.Repeat("x", 10000)); err != nil || len(c.text) != longestText {
		t.Errorf("it keeps %d bytes, %v", len(c.text), err)
	}
	c.wipe()
	if got, err := c.RespondPAM(pam.PromptEchoOff, ""); err == nil {
		t.Errorf("without a password it says %q", got)
	}
	if !bytes.Equal(password, make([]byte, len(password))) {
		t.Errorf("the password is still %q", password)
	}
}

func TestMeaningOf(t *testing.T) {
	for err, want := range map[error]meaning{
		pam.ErrAuth:                          {"PAM_AUTH_ERR", "authentication-failed"},
		fmt.Errorf("x: %w", pam.ErrMaxtries): {"PAM_MAXTRIES", "too-many-tries"},
		pam.ErrModuleUnknown:                 {"PAM_MODULE_UNKNOWN", broken},
		pam.Error(99):                        {"PAM_99", broken},
		errors.New("x"):                      {"", broken},
	} {
		if got := meaningOf(err); got != want {
			t.Errorf("%v means %v, want %v", err, got, want)
		}
	}
}

// TestRunRefuses are requests that do not get as far as PAM.
func TestRunRefuses(t *testing.T) {
	for _, q := range []*protocol.Request{
		{ID: 1, Op: protocol.OpClose},
		{ID: 1, Op: protocol.OpOpen, User: []byte("alice")},
		{ID: 1, Op: protocol.OpOpen, Service: "x"},
		{ID: 1, Op: protocol.OpOpen, Service: "../x", User: []byte("alice")},
		{ID: 1, Op: protocol.OpOpen, Service: "x", User: []byte("al\x00ice")},
		{ID: 1, Op: protocol.OpOpen, Service: "x", User: []byte("alice"), Secret: []byte("a\x00b")},
		{ID: 1, Op: protocol.OpOpen, Service: "x\x00", User: []byte("alice")},
		{ID: 1, Op: protocol.OpOpen, Service: "x", User: []byte("alice"), Rhost: "\x00"},
		{ID: 1, Op: protocol.OpOpen, Service: "x", User: []byte("alice"), TTY: "\x00"},
	} {
		_, a := open(q)
		if a.OK || a.Reason != protocol.ReasonBadRequest || a.Text == "" {
			t.Errorf("%+v is answered %+v", q, a)
		}
	}
}

func TestLookup(t *testing.T) {
	a := lookup("root")
	if a == nil || string(a.Name) != "root" || a.UID != 0 || len(a.Groups) == 0 || a.Groups[0] != a.GID || len(a.Home) == 0 {
		t.Errorf("root is %+v", a)
	}
	if a := lookup("no such user"); a != nil {
		t.Errorf("a user that there is not is %+v", a)
	}
}

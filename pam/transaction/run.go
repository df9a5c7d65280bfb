package transaction

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/msteinert/pam/v2"

	"ferry/pam/lineage"
	"ferry/pam/protocol"
)

// Run reads one request, answers it, and if it asks for a session holds that until
// the input ends. The error is a fault of the one who asks; the answer
// says what PAM refuses.
//
// Whoever asks may go away while a module works, which nothing can interrupt. What
// the module has started is ended then, and exit called, which ends the process.
func Run(in io.Reader, out io.Writer, exit func()) error {
	reader := protocol.NewReader(in, protocol.MaxRequest)
	q, err := reader.Request()
	if err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	ended := make(chan struct{})
	answered := make(chan struct{})
	go func() {
		_, _ = reader.Request() // there is no second one: this waits for the end
		close(ended)
		select {
		case <-answered:
		default:
			lineage.KillChildren(os.Getpid())
			exit()
		}
	}()
	t, answer := open(q)
	close(answered)
	answer.ID = q.ID
	if err := protocol.WriteAnswer(out, answer); err != nil {
		t.close()
		return fmt.Errorf("writing the answer: %w", err)
	}
	if !answer.OK || !q.Session {
		t.close()
		return nil
	}
	<-ended
	return protocol.WriteAnswer(out, t.close())
}

// running is a transaction that has begun.
type running struct {
	pam         *pam.Transaction
	credentials bool
	session     bool
	endUtmp     func()
}

// open goes all the way from the name to the session. A transaction that was
// refused is there to be closed all the same.
func open(q *protocol.Request) (*running, *protocol.Answer) {
	t := new(running)
	if err := check(q); err != nil {
		clear(q.Secret)
		return t, &protocol.Answer{Reason: protocol.ReasonBadRequest, Text: err.Error()}
	}
	user := string(q.User)
	talk := &conversation{user: user, password: q.Secret}
	defer talk.wipe()
	refuse := func(stage string, err error) (*running, *protocol.Answer) {
		m := meaningOf(err)
		if stage == "account" && m.reason == meanings[pam.ErrAuth].reason {
			// Debian's common-account makes this of everything that pam_unix finds.
			m.reason = "account-refused"
		}
		text := talk.text
		if text == "" {
			text = err.Error()
		}
		return t, &protocol.Answer{Reason: m.reason, Code: m.code, Stage: stage, Text: text}
	}

	var err error
	if t.pam, err = pam.Start(q.Service, user, talk); err != nil {
		return refuse("start", err)
	}
	for _, item := range []struct {
		item pam.Item
		text string
	}{{pam.Rhost, q.Rhost}, {pam.Tty, q.TTY}, {pam.Ruser, user}} {
		if item.text == "" {
			continue
		}
		if err := t.pam.SetItem(item.item, item.text); err != nil {
			return refuse("start", err)
		}
	}
	// Whatever a service's file says (nullok), nobody logs in without a password.
	const flags = pam.DisallowNullAuthtok
	if err := t.pam.Authenticate(flags); err != nil {
		return refuse("authenticate", err)
	}
	talk.wipe()
	if err := t.pam.AcctMgmt(flags); err != nil {
		return refuse("account", err)
	}
	// Modules may make another user of the one who asks. The server has decided about
	// the name that it knows, so another one is none of its users.
	if now, err := t.pam.GetItem(pam.User); err != nil || now != user {
		return t, &protocol.Answer{Reason: "user-changed", Stage: "account", Text: fmt.Sprintf("PAM made %.64q of the user", now)}
	}
	if err := t.pam.SetCred(pam.Silent | pam.EstablishCred); err != nil {
		return refuse("credentials", err)
	}
	t.credentials = q.Session
	if q.Session {
		if err := t.pam.OpenSession(pam.Silent); err != nil {
			return refuse("session", err)
		}
		t.session = true
		if q.Utmp {
			t.endUtmp = writeUtmp(user, q.Rhost)
		}
	}
	return t, &protocol.Answer{OK: true, Account: lookup(user)}
}

// check finds a request that C cannot be given: a text ends at a NUL there, and
// the password with it.
func check(q *protocol.Request) error {
	switch {
	case q.Op != protocol.OpOpen:
		return fmt.Errorf("the request asks for %.16q first", q.Op)
	case q.Service == "" || len(q.User) == 0:
		return errors.New("the request has no service or no user")
	case bytes.IndexByte([]byte(q.Service+q.Rhost+q.TTY), 0) >= 0 || bytes.IndexByte(q.User, 0) >= 0 || bytes.IndexByte(q.Secret, 0) >= 0:
		return errors.New("the request has a text with a NUL")
	case bytes.IndexByte([]byte(q.Service), '/') >= 0:
		return errors.New("the service is a pathname")
	}
	return nil
}

// close ends the transaction in the reverse order.
func (t *running) close() *protocol.Answer {
	answer := &protocol.Answer{Closed: true}
	note := func(stage string, err error) {
		if err != nil && answer.Reason == "" {
			m := meaningOf(err)
			answer.Reason, answer.Code, answer.Stage, answer.Text = m.reason, m.code, stage, err.Error()
		}
	}
	if t.endUtmp != nil {
		t.endUtmp()
	}
	if t.session {
		note("close-session", t.pam.CloseSession(pam.Silent))
	}
	if t.credentials {
		note("delete-credentials", t.pam.SetCred(pam.Silent|pam.DeleteCred))
	}
	if t.pam != nil {
		note("end", t.pam.End())
	}
	return answer
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/carry"
)

// A clientError is what ended a command that talks to a server. Its exit status
// is statusOf, its text has a line for what happened, one for each thing that was
// tried, and one for what to do.
type clientError struct {
	about string // a URL; "" is none
	err   error
}

func (e *clientError) Error() string { return e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

// lines tells it to a person.
func (e *clientError) lines() []string {
	first := shortly(e.err)
	if e.about != "" {
		first = printable(e.about) + ": " + first
	}
	lines := []string{first}
	failed, ok := errors.AsType[*ftpclient.Error](e.err)
	if ok {
		for _, a := range failed.Tried {
			lines = append(lines, fmt.Sprintf("  tried:  %s: %s", a.Mode, shortly(a.Err)))
		}
	}
	if next := e.next(failed); next != "" {
		lines = append(lines, "  next:   "+next)
	}
	return lines
}

// next is what to do about it: as the cause says, or else the exit status.
func (e *clientError) next(failed *ftpclient.Error) string {
	if errors.Is(e.err, context.Canceled) || errors.Is(e.err, errNoPassword) || errors.Is(e.err, carry.ErrSome) || errors.Is(e.err, carry.ErrDirectory) {
		return ""
	}
	if own, ok := errors.AsType[*untrustedError](e.err); ok && own.expected != "" {
		return "" // it has said so itself
	}
	status := statusOf(e.err)
	if failed != nil && failed.Cause != "" && failed.Cause != ftp.CauseAborted && failed.Phase != ftpclient.PhaseTLS && !isOurs(e.err) {
		for _, c := range ftp.Causes() {
			if c.Cause == failed.Cause {
				return fmt.Sprintf("%s (%s: %s)", c.Advice, c.Cause, c.Meaning)
			}
		}
	}
	for _, c := range exitCodes {
		if c.status == status && c.ofClientsAlone {
			return c.next
		}
	}
	return ""
}

// phases says in words how far something came.
var phases = map[ftpclient.Phase]string{
	ftpclient.PhaseDial:     "cannot connect",
	ftpclient.PhaseTLS:      "cannot agree on TLS",
	ftpclient.PhaseLogin:    "cannot log in",
	ftpclient.PhaseCommand:  "a command failed",
	ftpclient.PhaseMode:     "cannot agree on a data connection",
	ftpclient.PhaseConnect:  "cannot make the data connection",
	ftpclient.PhaseDataTLS:  "cannot agree on TLS for the data connection",
	ftpclient.PhaseOpen:     "cannot begin the transfer",
	ftpclient.PhaseTransfer: "the transfer broke off",
	ftpclient.PhaseFinal:    "the transfer failed at its end",
}

// shortly is an error on one line: the phase, the command, and what was answered.
func shortly(err error) string {
	failed, ok := errors.AsType[*ftpclient.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case !ok || isOurs(err):
		if own, found := errors.AsType[*untrustedError](err); found {
			err = own
		} else if ok && failed.Err != nil && !errors.Is(err, errNoTLS) {
			err = failed.Err // the connection has only carried it here
		}
		return printable(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	text := phases[failed.Phase]
	if failed.Command.Verb != "" {
		text += ": " + failed.Command.String()
	}
	if failed.Reply.Code != 0 {
		text += fmt.Sprintf(": the server says: %d %s", failed.Reply.Code, strings.Join(failed.Reply.Lines, " "))
	} else if failed.Err != nil {
		text += ": " + strings.ReplaceAll(failed.Err.Error(), "\n", "; ")
	}
	return printable(text)
}

// isOurs reports a fault of this side, for which the server is not to blame.
func isOurs(err error) bool {
	for _, own := range []error{errUntrusted, errNoTLS, carry.ErrResume, carry.ErrPartial, carry.ErrLocalWrite, carry.ErrLocalRead} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

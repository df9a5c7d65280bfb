package ftpclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"ferry/ftp"
	"ferry/internal/wire"
)

// Phase is how far something came before it failed.
type Phase string

// The phases.
const (
	PhaseDial     Phase = "dial"     // the control connection
	PhaseTLS      Phase = "tls"      // TLS on the control connection
	PhaseLogin    Phase = "login"    // USER, PASS, ACCT
	PhaseCommand  Phase = "command"  // a command without a data connection
	PhaseMode     Phase = "mode"     // EPSV, PASV, EPRT, PORT
	PhaseConnect  Phase = "connect"  // the data connection
	PhaseDataTLS  Phase = "data-tls" // TLS on the data connection
	PhaseOpen     Phase = "open"     // the command of the transfer, until its 150
	PhaseTransfer Phase = "transfer" // bytes
	PhaseFinal    Phase = "final"    // the reply behind the bytes
)

// Error is what went wrong, and where.
type Error struct {
	Phase Phase
	// Mode is how the data connection was made, or was to be; "" without one.
	Mode Mode
	// Command is what the server was asked, passwords left out; Reply what it
	// answered. Either may be zero.
	Command ftp.Command
	Reply   ftp.Reply
	// Cause is the stable name of the cause (ftp.Causes), "" if there is none.
	Cause ftp.Cause
	// Tried are the modes that failed before, each with its error.
	Tried []Attempt
	// Err is what is behind it; nil if the reply says it all.
	Err error
}

// Attempt is one rung of the ladder that did not hold.
type Attempt struct {
	Mode Mode
	Err  error
}

// Error says it in one line, fit for a terminal whatever a server or a name has in
// it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("ftp: " + string(e.Phase))
	if e.Mode != "" {
		b.WriteString(" (" + string(e.Mode) + ")")
	}
	if e.Command.Verb != "" {
		fmt.Fprintf(&b, ": %s", e.Command)
	}
	if e.Reply.Code != 0 {
		fmt.Fprintf(&b, ": server replied %s", e.Reply)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Cause != "" {
		fmt.Fprintf(&b, " (%s)", e.Cause)
	}
	for _, a := range e.Tried {
		fmt.Fprintf(&b, "; %s failed: %v", a.Mode, a.Err)
	}
	return printable(b.String())
}

// maxText is how long an error may be in words, as a reply may be of 4 MiB.
const maxText = 4096

// printable takes out what would act on a terminal, and what is too much.
func printable(s string) string {
	if len(s) > maxText {
		s = s[:maxText] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '?'
		}
		return r
	}, s)
}

// Unwrap gives what is behind the error.
func (e *Error) Unwrap() error { return e.Err }

// Code is the reply code that err carries; 0 if it has none.
func Code(err error) ftp.Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reply.Code
	}
	return 0
}

// CauseOf is the cause that err carries; "" if it has none.
func CauseOf(err error) ftp.Cause {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Cause
	}
	return ""
}

// Temporary reports that the same may succeed later: the connection broke, or the
// server said so (4yz).
func Temporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok, e.Cause == ftp.CauseAborted, errors.Is(err, context.Canceled), errors.Is(err, wire.ErrUnsendable), errors.Is(err, ErrLacking), errors.Is(err, ErrNoChecksum), errors.Is(err, ErrTooMuch),
		errors.Is(err, ErrNoThirdParty), errors.Is(err, ErrWouldBeClear), errors.Is(err, ErrSameConn):
		return false
	case e.Reply.Code != 0:
		return e.Reply.Code.Transient()
	case e.Phase == PhaseMode:
		return !errors.Is(err, errNoMode)
	}
	return e.Phase != PhaseTLS
}

// errBroken is given by a Conn that is out of step or closed.
var errBroken = errors.New("the control connection is no longer usable, connect anew")

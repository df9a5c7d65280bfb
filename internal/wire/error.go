package wire

import "errors"

// MaxLine is how many bytes a line may have, without its end and after the
// Telnet commands are taken out. Pathnames of 4,096 bytes do not exist on the usual systems.
const MaxLine = 4096

// maxFlood is how many bytes may come without an end of line.
const maxFlood = 1 << 20

// The reasons of a LineError: one line is refused, and the connection goes on
// with the next.
var (
	ErrLineTooLong = errors.New("line too long")
	// ErrBareCR is a CR that is followed neither by LF, as the end of the line,
	// nor by NUL, as a CR within a pathname (RFC 2640 §3.1).
	ErrBareCR = errors.New("bare CR in a line")
	// ErrNUL is a NUL that does not follow a CR.
	ErrNUL = errors.New("NUL in a line")
	// ErrTelnet is a Telnet subnegotiation that does not end within the line.
	ErrTelnet = errors.New("unfinished telnet subnegotiation in a line")
)

// ErrFlood says that a mebibyte came without an end of line. It is final: every
// later read gives it too.
var ErrFlood = errors.New("too much input without an end of line")

// ErrTLS says that the peer begins a TLS handshake where a line is expected. It is
// final.
var ErrTLS = errors.New("TLS handshake where a line is expected")

// ErrUnread says that the peer has sent more than it may before an upgrade.
var ErrUnread = errors.New("unread input before the upgrade of the connection")

// ErrUnsendable says that a command cannot be written as one line.
var ErrUnsendable = errors.New("command is empty or has CR, LF or NUL in it")

// LineError says that a line was read to its end and is refused: the stream is
// in step, 501 (or 500) is the answer, and the connection can go on. It does not show the line, which may be a password.
type LineError struct{ Err error }

// Error is the reason.
func (e *LineError) Error() string { return e.Err.Error() }

// Unwrap returns the reason: ErrLineTooLong, ErrBareCR, ErrNUL or ErrTelnet.
func (e *LineError) Unwrap() error { return e.Err }

// faults are the reasons found in a line so far, the first of errs being the
// one that is told.
type faults uint8

const (
	faultLong faults = 1 << iota
	faultCR
	faultNUL
	faultTelnet
)

var faultErrors = [...]struct {
	fault faults
	err   *LineError
}{
	{faultLong, &LineError{ErrLineTooLong}},
	{faultCR, &LineError{ErrBareCR}},
	{faultNUL, &LineError{ErrNUL}},
	{faultTelnet, &LineError{ErrTelnet}},
}

// err is the reason to tell, or nil.
func (f faults) err() error {
	for _, e := range faultErrors {
		if f&e.fault != 0 {
			return e.err
		}
	}
	return nil
}

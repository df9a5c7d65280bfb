package ftpserver

import (
	"net/netip"
	"time"

	"ferry/ftp"
)

// Trace is told what happens, in the manner of net/http/httptrace: a struct of
// optional functions. They are called from the sessions' goroutines, and a
// session waits for them to return.
type Trace struct {
	// SessionStart and SessionEnd frame a session.
	SessionStart func(SessionInfo)
	SessionEnd   func(SessionInfo, SessionEnd)
	// Login is called for each attempt that was decided.
	Login func(SessionInfo, LoginInfo)
	// Command is called when the final reply to a command is written.
	Command func(SessionInfo, CommandInfo)
	// Transfer is called when the final reply to a transfer is written, before
	// Command.
	Transfer func(SessionInfo, TransferInfo)
	// Line is called for each line that is read and each reply that is
	// written, passwords left out.
	Line func(SessionInfo, Line)
	// Stranger is called for a connection to a passive port that no session
	// waited for.
	Stranger func(StrangerInfo)
	// Refused is called for a control connection that was turned away at once.
	Refused func(RefusedInfo)
}

// SessionInfo says whose session it is.
type SessionInfo struct {
	// ID is different for each session of a server.
	ID uint64
	// Peer and Local are the two ends of the control connection.
	Peer, Local netip.AddrPort
	// Start is when the session began.
	Start time.Time
	// User is who has logged in, "" before; Anonymous as in User. Ident is the
	// password of an anonymous user, by custom an e-mail address.
	User      string
	Anonymous bool
	Ident     string
	// TLS is the version that protects the control connection, as in package
	// tls; 0 is none.
	TLS uint16
}

// SessionEnd says how a session ended.
type SessionEnd struct {
	// Cause is "" if the client ended it (QUIT).
	Cause ftp.Cause
	Err   error
}

// LoginInfo is one decided login.
type LoginInfo struct {
	User  string
	OK    bool
	Ident string
	// Certified says that a certificate stood for the password.
	Certified bool
	Err       error // why not
}

// CommandInfo is one answered command.
type CommandInfo struct {
	// Command has passwords left out.
	Command ftp.Command
	// Path is the file or directory concerned, absolute; Path2 the second one
	// of a rename. "" if there is none.
	Path, Path2 string
	Reply       ftp.Reply
	// Err is what went wrong, for the log; it may say more than the reply.
	Err     error
	Elapsed time.Duration
}

// Direction is which way the bytes of a transfer go.
type Direction uint8

// The directions.
const (
	Download Direction = iota // to the client
	Upload
	Listing // to the client, not a file
)

// String names the direction.
func (d Direction) String() string {
	return [...]string{"download", "upload", "listing"}[d]
}

// DataMode is who opens the data connection.
type DataMode uint8

// The data modes.
const (
	Passive DataMode = iota // the client: PASV, EPSV
	Active                  // the server: PORT, EPRT
)

// String names the mode.
func (m DataMode) String() string {
	return [...]string{"passive", "active"}[m]
}

// TransferInfo is one ended transfer.
type TransferInfo struct {
	Verb      ftp.Verb
	Path      string
	Direction Direction
	Mode      DataMode
	// Data is the address of the data connection: the passive port, or the
	// client's data port.
	Data netip.AddrPort
	Type ftp.Type
	// Private says that the data connection was under TLS.
	Private bool
	// Offset is where it began (REST).
	Offset int64
	// Bytes went over the wire, in Elapsed.
	Bytes   int64
	Elapsed time.Duration
	Reply   ftp.Reply
	// Cause and Err say what went wrong; "" and nil if the transfer is whole.
	Cause ftp.Cause
	Err   error
	// Note is what did not go as configured though it worked: a source port
	// that was not to be had.
	Note error
}

// Line is one line of the control connection.
type Line struct {
	Sent bool
	Text string
}

// StrangerInfo is a connection to a passive port that no session waited for. It
// has been closed.
type StrangerInfo struct {
	Port, Peer netip.AddrPort
	// Waiting is how many sessions waited on that port for somebody else.
	Waiting int
}

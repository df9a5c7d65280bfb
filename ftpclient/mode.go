package ftpclient

import (
	"fmt"
	"slices"
	"strings"
)

// Mode is a way to make a data connection: a rung of the ladder.
type Mode string

// The modes, in the order in which they are tried.
const (
	// EPSV asks the server for a port, and connects to it at the control
	// connection's address (RFC 2428 §3).
	EPSV Mode = "epsv"
	// PASV asks the server for an address and port (RFC 959 §4.1.2), and
	// connects to that port at the control connection's address: a server behind
	// a NAT announces one that cannot be reached.
	PASV Mode = "pasv"
	// PASVAnnounced is PASV at the address that the server announced: the server
	// may be several machines. It is done only where that address cannot be
	// somebody else's: see Config.TrustAnnounced.
	PASVAnnounced Mode = "pasv-announced"
	// EPRT and PORT listen here, and the server connects (RFC 2428 §2, RFC 959
	// §4.1.2).
	EPRT Mode = "eprt"
	PORT Mode = "port"
)

// ladder is every mode in its order.
var ladder = []Mode{EPSV, PASV, PASVAnnounced, EPRT, PORT}

// passive reports a mode in which this end connects.
func (m Mode) passive() bool { return m == EPSV || m == PASV || m == PASVAnnounced }

// Auto is every mode, as in a nil Config.Modes.
func Auto() []Mode { return slices.Clone(ladder) }

// Passive are the modes in which this end connects.
func Passive() []Mode { return []Mode{EPSV, PASV, PASVAnnounced} }

// Active are the modes in which the server does.
func Active() []Mode { return []Mode{EPRT, PORT} }

// ParseModes reads a ladder: "auto", "passive", "active", or modes with commas
// between them.
func ParseModes(text string) ([]Mode, error) {
	switch text {
	case "", "auto":
		return Auto(), nil
	case "passive":
		return Passive(), nil
	case "active":
		return Active(), nil
	}
	var modes []Mode
	for word := range strings.SplitSeq(text, ",") {
		m := Mode(strings.ToLower(strings.TrimSpace(word)))
		if !slices.Contains(ladder, m) {
			return nil, fmt.Errorf("%q is no mode: want auto, passive, active or some of epsv, pasv, pasv-announced, eprt, port", word)
		}
		modes = append(modes, m)
	}
	return modes, nil
}

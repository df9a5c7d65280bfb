package account

import (
	"fmt"
	"strings"
)

// Modes are ways to open data connections. The zero value allows every one.
type Modes uint8

// The ways to open a data connection.
const (
	ModeActive  Modes = 1 << iota // the server connects to the client
	ModePassive                   // the client connects to the server

	ModesAll = ModeActive | ModePassive
)

// Active says whether the server may connect to the client.
func (m Modes) Active() bool { return m == 0 || m&ModeActive != 0 }

// Passive says whether the client may connect to the server.
func (m Modes) Passive() bool { return m == 0 || m&ModePassive != 0 }

// String is "active", "passive" or "active,passive", as ParseModes reads it.
func (m Modes) String() string {
	switch {
	case !m.Passive():
		return "active"
	case !m.Active():
		return "passive"
	}
	return "active,passive"
}

// ParseModes reads a list such as "passive" or "active,passive". The result is
// never zero.
func ParseModes(text string) (Modes, error) {
	var m Modes
	for word := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(word) {
		case "active":
			m |= ModeActive
		case "passive":
			m |= ModePassive
		default:
			return 0, fmt.Errorf("%q is no way to open data connections: want active, passive or active,passive", word)
		}
	}
	return m, nil
}

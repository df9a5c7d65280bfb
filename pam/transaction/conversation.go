package transaction

import (
	"errors"
	"unsafe"

	"github.com/msteinert/pam/v2"
)

// longestText is the most bytes of what modules say that is kept, for the log.
const longestText = 512

// conversation answers what modules ask: a text that must not be seen is the
// password, one that may be seen is the name. It keeps what they complain about.
type conversation struct {
	user     string
	password []byte
	text     string
}

// RespondPAM answers one message.
func (c *conversation) RespondPAM(style pam.Style, message string) (string, error) {
	switch style {
	case pam.PromptEchoOff:
		if c.password == nil {
			return "", errors.New("a password is asked for when there is none any more")
		}
		// The string lives in the bytes, so that wiping them wipes it. The copy
		// that C gets is the module's to wipe, and PAM's own modules do.
		return unsafe.String(unsafe.SliceData(c.password), len(c.password)), nil
	case pam.PromptEchoOn:
		return c.user, nil
	case pam.ErrorMsg:
		c.text = message[:min(len(message), longestText)]
		return "", nil
	case pam.TextInfo:
		return "", nil
	case pam.BinaryPrompt:
	}
	return "", errors.New("a question of a kind that FTP has no answer to")
}

// wipe forgets the password.
func (c *conversation) wipe() {
	clear(c.password)
	c.password = nil
}

package ftpclient

import (
	"strings"
	"sync"
	"unicode/utf8"

	"ferry/ftp"
	"ferry/internal/charset"
)

// guessedCharset is what names are taken for that are no UTF-8: nearly every byte
// is a character in it, and most servers that know no UTF-8 are of the West.
const guessedCharset = "windows-1252"

// ErrLacking is wrapped by the error of a name with a character that the charset of
// the server (Config.Charset) has not got.
var ErrLacking = charset.ErrLacking

// CheckCharset says whether a name is good for Config.Charset; the error lists those
// that are.
func CheckCharset(name string) error {
	_, err := findCharset(name)
	return err
}

// findCharset finds a charset; nil is UTF-8.
func findCharset(name string) (*charset.Charset, error) {
	if strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8") {
		return nil, nil
	}
	return charset.Lookup(name)
}

// names turns the names of a server into UTF-8 and back. It is the same for all
// connections of a Pool: a name that one has read may be sent by another.
//
// Which charset it is is decided once, before the first name that depends on it is
// given out, and never otherwise: so every name comes back to the byte, even where a
// server has names of several charsets.
type names struct {
	mu      sync.Mutex
	decided bool
	// coder is the charset; nil is UTF-8, and names are as they are.
	coder *charset.Charset
	// guessed says that nobody has named it.
	guessed bool
}

// use takes the charset of a Config.
func (n *names) use(name string) error {
	if name == "" {
		return nil
	}
	coder, err := findCharset(name)
	if err != nil {
		return err
	}
	n.decide(coder, false)
	return nil
}

// decide settles the charset, if it is not settled yet.
func (n *names) decide(coder *charset.Charset, guessed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.decided {
		n.decided, n.coder, n.guessed = true, coder, guessed
	}
}

// isDecided reports that the charset is settled.
func (n *names) isDecided() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.decided
}

// isUTF8 reports that names are as they are.
func (n *names) isUTF8() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.coder == nil
}

// see settles the charset by a name of the server's.
func (n *names) see(wire string) {
	if isASCII(wire) || n.isDecided() {
		return
	}
	if utf8.ValidString(wire) {
		n.decide(nil, true)
		return
	}
	if guess, err := charset.Lookup(guessedCharset); err == nil {
		n.decide(guess, true)
	}
}

// in is text of the server's in UTF-8.
func (n *names) in(wire string) string {
	n.mu.Lock()
	coder := n.coder
	n.mu.Unlock()
	if coder == nil || wire == "" {
		return wire
	}
	return coder.Name(wire)
}

// out is text for the server. What a guessed charset lacks is sent in UTF-8: the
// server may well take it, and lists what it has made of it.
func (n *names) out(text string) (string, error) {
	n.mu.Lock()
	coder, guessed := n.coder, n.guessed
	n.mu.Unlock()
	if coder == nil || text == "" {
		return text, nil
	}
	wire, err := coder.Bytes(text)
	if err != nil && guessed {
		return text, nil
	}
	return wire, err
}

// secrets are verbs whose argument is compared byte by byte and is no name.
var secrets = map[ftp.Verb]bool{"USER": true, "PASS": true, "ACCT": true}

// command is a command as the server is to read it.
func (n *names) command(command ftp.Command) (ftp.Command, error) {
	if secrets[command.Verb] {
		return command, nil
	}
	arg, err := n.out(command.Arg)
	return ftp.Command{Verb: command.Verb, Arg: arg}, err
}

// reply is a reply in UTF-8. Those to PWD, MKD and MLST have a name in them, by which
// the charset is settled; others may be in a language of their own.
func (n *names) reply(r ftp.Reply) ftp.Reply {
	for _, line := range r.Lines {
		facts := r.Code == ftp.CodeFileActionOK && strings.HasPrefix(line, " ") && strings.Contains(line, ";")
		if facts || r.Code == ftp.CodePathname {
			n.see(line)
		}
	}
	var lines []string
	for i, line := range r.Lines {
		if text := n.in(line); text != line {
			if lines == nil {
				lines = append(lines, r.Lines...)
			}
			lines[i] = text
		}
	}
	if lines != nil {
		r.Lines = lines
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

package wire

import (
	"strings"

	"ferry/ftp"
)

// hidden stands for a secret in a log. It is the same for every secret, an
// empty one too.
const hidden = "<password>"

// secrets are the words whose argument is a secret, also after SITE.
var secrets = []string{"PASSWD", "PASS", "ACCT", "ADAT", "CPWD", "PSWD"}

// Redact returns the command as a log may show it: the argument of PASS, ACCT
// and their relatives is replaced. It hides too much rather than too little: a
// verb that has such a word within it, like one that a tab or a stray byte
// clings to, counts as that word.
func Redact(cmd ftp.Command) ftp.Command {
	if word := secretWord(string(cmd.Verb)); word != "" {
		if verb, ok := strings.CutPrefix(string(cmd.Verb), "SITE "); ok && verb == word {
			return ftp.Command{Verb: cmd.Verb, Arg: hidden}
		}
		return ftp.Command{Verb: ftp.Verb(word), Arg: hidden}
	}
	// "SITE PASSWD x", and a line that begins with a space.
	if cmd.Verb == "SITE" || strings.Trim(string(cmd.Verb), " \t") == "" {
		first, _, _ := strings.Cut(strings.TrimLeft(cmd.Arg, " \t"), " ")
		if word := secretWord(first); word != "" {
			return ftp.Command{Verb: cmd.Verb, Arg: word + " " + hidden}
		}
	}
	return cmd
}

// secretWord is the one of secrets that the word contains, in any case, or "".
func secretWord(word string) string {
	word = strings.ToUpper(word)
	for _, s := range secrets {
		if strings.Contains(word, s) {
			return s
		}
	}
	return ""
}

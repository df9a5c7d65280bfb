package shell

import (
	"errors"
	"strings"
)

// An arg is one word of a line.
type arg struct {
	text string
	// pipe is a word that was typed as "|command": text is the command. Words that
	// come from elsewhere, such as names of a server's files, are never pipes.
	pipe bool
	// pattern is a word with *, ? or [ outside of quotes.
	pattern bool
}

// errQuote is a line that ends within quotes.
var errQuote = errors.New("the quote is never closed")

// errNUL is a line that no server and no system takes.
var errNUL = errors.New("the line has a NUL in it")

// maxLine is how long a line may be, in bytes: no server takes a longer one.
const maxLine = 64 << 10

// errLong is a longer one.
var errLong = errors.New("the line is too long")

// splitCommand parts the name of a command from what stands behind it. "!" and "$"
// are names by themselves: "!ls" is "!" with "ls". A comment has no name.
func splitCommand(line string) (name, rest string) {
	line = strings.TrimLeft(line, " \t")
	switch {
	case line == "" || line[0] == '#':
		return "", ""
	case line[0] == '!' || line[0] == '$' || line[0] == '?':
		return line[:1], strings.TrimLeft(line[1:], " \t")
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimLeft(line[end:], " \t")
}

// splitWords parts a line into words. Double quotes keep what is between them
// together, a backslash takes any meaning from the character behind it, within
// quotes too. A word that begins with "|" is a pipe; with pipeToEnd it takes all
// the rest of the line as it stands, quotes included.
func splitWords(line string, pipeToEnd bool) ([]arg, error) {
	var words []arg
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return words, nil
		}
		if line[0] == '|' && pipeToEnd {
			return append(words, arg{text: strings.TrimSpace(line[1:]), pipe: true}), nil
		}
		word, rest, err := firstWord(line)
		if err != nil {
			return nil, err
		}
		words, line = append(words, word), rest
	}
}

// firstWord takes one word from a line that begins with one.
func firstWord(line string) (word arg, rest string, err error) {
	var b strings.Builder
	quoted := false
	start := 0
	if line[0] == '"' && strings.HasPrefix(line[1:], "|") || line[0] == '|' {
		word.pipe = true
	}
	for i := start; i < len(line); i++ {
		switch c := line[i]; {
		case c == 0:
			return word, "", errNUL
		case c == '\\' && i+1 < len(line):
			i++
			if line[i] == 0 {
				return word, "", errNUL
			}
			b.WriteByte(line[i])
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return word.ended(b.String()), line[i:], nil
		default:
			if !quoted && strings.IndexByte("*?[", c) >= 0 {
				word.pattern = true
			}
			b.WriteByte(c)
		}
	}
	if quoted {
		return word, "", errQuote
	}
	return word.ended(b.String()), "", nil
}

// ended gives the word its text.
func (a arg) ended(text string) arg {
	a.text = text
	if a.pipe {
		a.text, a.pattern = strings.TrimSpace(strings.TrimPrefix(text, "|")), false
	}
	return a
}

// special are the characters that quoteWord takes the meaning from.
const special = " \t\r\n\"\\*?[|!#$"

// quoteWord writes a name so that splitWords reads it as one word that means
// itself.
func quoteWord(name string) string {
	if name == "" {
		return `""`
	}
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(special, name[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

// texts are the words without what else is known of them.
func texts(args []arg) []string {
	all := make([]string, len(args))
	for i, a := range args {
		all[i] = a.text
	}
	return all
}

// Quote writes a name so that it is one argument of a line of the shell, whatever
// is in it.
func Quote(name string) string { return quoteWord(name) }

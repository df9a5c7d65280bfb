package windows

import (
	"errors"
	"fmt"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// statements cuts a text into its statements, a line each. A line that ends with a
// backtick goes on in the next. A comment has a line of its own.
func statements(text string) (list []*words.Line, place firewall.Place, err error) {
	number, begun, whole := 0, 0, ""
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		// PowerShell ends a line, and so a comment, at a carriage return too.
		if i := strings.IndexFunc(line, func(c rune) bool { return c < ' ' && c != '\t' }); i >= 0 {
			return nil, "", fmt.Errorf("line %d: there is a control character: %q", number, line[i])
		}
		if whole == "" {
			begun = number
			if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
				if err := comment(line, &place); err != nil {
					return nil, "", fmt.Errorf("line %d: %w", number, err)
				}
				continue
			}
		}
		if rest, more := strings.CutSuffix(line, "`"); more {
			whole += rest + " "
			continue
		}
		tokens, err := tokens(whole + line)
		whole = ""
		if err != nil {
			return nil, "", fmt.Errorf("line %d: %w", begun, err)
		}
		if len(tokens) > 0 {
			list = append(list, words.NewLine(begun, tokens))
		}
	}
	if whole != "" {
		return nil, "", fmt.Errorf("line %d: the text ends with a backtick", begun)
	}
	return list, place, nil
}

// comment reads the one that says where the rules stand, and refuses those that are more
// than comments to PowerShell.
func comment(line string, place *firewall.Place) error {
	if word := strings.ToLower(strings.TrimSpace(line)); strings.HasPrefix(word, "#requires") && line != requires {
		return fmt.Errorf("%q is no comment, and only %q is known here", line, requires)
	}
	rest, marked := strings.CutPrefix(line, placeMark)
	if !marked {
		return nil
	}
	if *place != "" {
		return errors.New("where the rules stand is said twice")
	}
	name, _, _ := strings.Cut(rest, ":")
	*place = firewall.Place(name)
	if _, known := places[*place]; !known {
		return fmt.Errorf("%q is none of server and client", name)
	}
	return nil
}

// tokens cuts a statement into words and texts in quotes, which begin with a quote here.
// Of all else that has a meaning in PowerShell only the pipe is known.
func tokens(line string) ([]string, error) {
	var list []string
	for line = strings.TrimLeft(line, " \t"); line != ""; line = strings.TrimLeft(line, " \t") {
		if line[0] == '\'' {
			text, rest, err := quoted(line[1:])
			if err != nil {
				return nil, err
			}
			list, line = append(list, "'"+text), rest
		} else {
			size := strings.IndexAny(line, " \t")
			if size < 0 {
				size = len(line)
			}
			for i := range size {
				if !plain(line[i]) && line[:size] != "|" {
					return nil, fmt.Errorf("%q has a character that is not known here: %q", line[:size], line[i])
				}
			}
			list, line = append(list, line[:size]), line[size:]
		}
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			return nil, fmt.Errorf("a blank is missing before %q", line)
		}
	}
	return list, nil
}

// plain says whether a word may have the byte.
func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-.:/,", c) >= 0
}

// quoted reads up to the quote that ends the text; two of them stand for one. All must be
// ASCII: Windows reads a file without a mark in a code page of its own, and takes some
// other letters for quotes.
func quoted(line string) (text, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c < ' ' || c > '~':
			return "", "", errors.New("the text in quotes has a letter that is not ASCII")
		case c != '\'':
			b.WriteByte(c)
		case i+1 < len(line) && line[i+1] == '\'':
			b.WriteByte(c)
			i++
		default:
			return b.String(), line[i+1:], nil
		}
	}
	return "", "", errors.New("a text in quotes has no end")
}

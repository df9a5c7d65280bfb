package pf

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// statements cuts a text into its statements, a line each. A line that ends with a
// backslash goes on in the next; a comment goes to the end of the line.
func statements(text string) (list []*words.Line, place firewall.Place, err error) {
	number, begun, whole := 0, 0, ""
	for line := range strings.Lines(text) {
		number++
		if whole == "" {
			begun = number
		}
		if rest, marked := strings.CutPrefix(line, placeMark); marked {
			if place != "" {
				return nil, "", fmt.Errorf("line %d: where the rules stand is said twice", number)
			}
			name, _, _ := strings.Cut(rest, ":")
			place = firewall.Place(strings.TrimSpace(name))
			if _, known := places[place]; !known {
				return nil, "", fmt.Errorf("line %d: %q is none of server, client and forward", number, place)
			}
		}
		line, _, _ = strings.Cut(strings.TrimRight(line, "\r\n"), "#")
		if rest, more := strings.CutSuffix(strings.TrimRight(line, " \t"), "\\"); more {
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
		return nil, "", fmt.Errorf("line %d: the text ends with a backslash", begun)
	}
	return list, place, nil
}

// operators of ports, longer ones first.
var operators = []string{"!=", "<=", ">=", "><", "<>", "=", "<", ">"}

// tokens cuts a statement into words, braces, parentheses, commas and operators.
func tokens(line string) ([]string, error) {
	var list []string
	word := ""
	end := func() {
		if word != "" {
			list, word = append(list, word), ""
		}
	}
next:
	for line != "" {
		c := line[0]
		switch {
		case c == ' ' || c == '\t':
			end()
			line = line[1:]
			continue
		case strings.IndexByte("{}(),", c) >= 0:
			end()
			list, line = append(list, line[:1]), line[1:]
			continue
		}
		for _, op := range operators {
			if rest, is := strings.CutPrefix(line, op); is {
				end()
				list, line = append(list, op), rest
				continue next
			}
		}
		if c < '!' || c > '~' || c == '"' || c == '$' || c == '!' {
			return nil, fmt.Errorf("%q is not known here: macros, quotes and negations are not read", c)
		}
		word += line[:1]
		line = line[1:]
	}
	end()
	return list, nil
}

// members reads a list in braces, with or without commas, or one member alone.
func members(l *words.Line, read func(*words.Line) error) error {
	if !l.Next("{") {
		return read(l)
	}
	for count := 0; ; count++ {
		if l.Next("}") {
			if count == 0 {
				return fmt.Errorf("a list is empty")
			}
			return nil
		}
		if count > 0 {
			l.Next(",")
		}
		if l.Peek() == "" {
			return fmt.Errorf("a list has no end")
		}
		if err := read(l); err != nil {
			return err
		}
	}
}

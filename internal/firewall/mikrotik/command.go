package mikrotik

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A command is one line: the menu it is in, its verb, what it is about, and its
// properties in their order.
type command struct {
	at         int // line
	menu       string
	verb       string
	object     string
	properties [][2]string
}

var verbs = []string{"add", "set", "remove"}

// commands reads a text. A line that ends with a backslash goes on in the next.
func commands(text string) ([]command, error) {
	var list []command
	menu, number := "", 0
	begun, whole := 0, ""
	for line := range strings.Lines(text) {
		number++
		if whole == "" {
			begun = number
		}
		line = strings.TrimSpace(line)
		if whole == "" && strings.HasPrefix(line, "#") {
			continue
		}
		if rest, more := strings.CutSuffix(line, "\\"); more {
			whole += rest + " "
			continue
		}
		words, err := split(whole + line)
		whole = ""
		var c command
		if err == nil {
			c, err = read(words, &menu)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", begun, err)
		}
		if c.verb != "" {
			c.at = begun
			list = append(list, c)
		}
	}
	if strings.TrimSpace(whole) != "" {
		return nil, fmt.Errorf("line %d: the text ends with a backslash", begun)
	}
	return list, nil
}

// split cuts a line at its blanks, but not inside of double quotes, which it takes away.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inside, quoted, escaped := false, false, false
	for _, c := range line {
		switch {
		case escaped:
			if !strings.ContainsRune(`"\$?`, c) {
				return nil, fmt.Errorf("\\%c in quotes is not known here", c)
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quoted:
			escaped = true
		case c == '"':
			inside, quoted = true, !quoted
		case !quoted && (c == ' ' || c == '\t'):
			if inside {
				words = append(words, word.String())
			}
			inside = false
			word.Reset()
		default:
			inside = true
			word.WriteRune(c)
		}
	}
	if quoted {
		return nil, errors.New("a quote has no end")
	}
	if inside {
		words = append(words, word.String())
	}
	return words, nil
}

// read reads the words of a line: a menu, a command, or both.
func read(words []string, menu *string) (command, error) {
	if len(words) > 0 && strings.HasPrefix(words[0], "/") {
		*menu = ""
		for len(words) > 0 && !slices.Contains(verbs, words[0]) {
			*menu += " " + strings.Trim(strings.ReplaceAll(words[0], "/", " "), " ")
			words = words[1:]
		}
		*menu = strings.TrimSpace(*menu)
	}
	if len(words) == 0 {
		return command{}, nil
	}
	c := command{menu: *menu, verb: words[0]}
	if !slices.Contains(verbs, c.verb) {
		return c, fmt.Errorf("%q is no command that is known here", c.verb)
	}
	if c.verb == "remove" {
		c.object = strings.Join(words[1:], " ")
		return c, nil
	}
	for _, word := range words[1:] {
		name, value, found := strings.Cut(word, "=")
		switch {
		case !found && c.verb == "set" && c.object == "" && len(c.properties) == 0:
			c.object = word
		case !found:
			return c, fmt.Errorf("%q is no property: they are written as name=value", word)
		case c.value(name) != "":
			return c, fmt.Errorf("%s is there twice", name)
		case value == "":
			return c, fmt.Errorf("%s has no value", name)
		default:
			c.properties = append(c.properties, [2]string{name, value})
		}
	}
	return c, nil
}

// value is that of a property, "" where it is not given.
func (c *command) value(name string) string {
	for _, p := range c.properties {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

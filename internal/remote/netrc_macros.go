package remote

import (
	"os"
	"strings"
)

// ReadMacros gives the macros that the user's .netrc defines for a host, by name:
// those behind the first "machine" or "default" that fits, and those before any.
// A file that cannot be read has none; ReadNetrc tells why.
func ReadMacros(host string) map[string][]string {
	_, path, _, err := ReadNetrc()
	if err != nil || path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return ParseMacros(string(text), host)
}

// ParseMacros is ReadMacros on the text of a file. "macdef NAME" is followed by the
// lines of the macro, up to an empty one.
func ParseMacros(text, host string) map[string][]string {
	found := make(map[string][]string)
	s := netrcScanner{text: text, line: 1}
	const (
		anywhere = iota // before the first machine
		here            // behind the one that fits
		elsewhere
	)
	at, had := anywhere, false
	for {
		word, ok, err := s.word(true)
		if err != nil || !ok {
			return found
		}
		fits := word == "default"
		switch word {
		case "default":
		case "macdef":
			name, ok, err := s.word(false)
			if err != nil || !ok {
				return found
			}
			if lines := s.macro(); at != elsewhere {
				found[name] = lines
			}
			continue
		default:
			value, ok, err := s.word(false)
			if err != nil || !ok {
				return found
			}
			if word != "machine" {
				continue
			}
			fits = strings.EqualFold(value, host)
		}
		at = elsewhere
		if fits && !had {
			at, had = here, true
		}
	}
}

// macro gives the lines up to an empty one; the rest of the line that is being read
// belongs to the name.
func (s *netrcScanner) macro() []string {
	_, rest, _ := strings.Cut(s.text, "\n")
	s.text = rest
	var lines []string
	for s.text != "" {
		line, rest, _ := strings.Cut(s.text, "\n")
		s.text = rest
		s.line++
		if line = strings.TrimRight(line, "\r"); line == "" {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

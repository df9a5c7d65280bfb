package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The limits of completion: how long a person waits for names, for how long they
// are believed, and how many are kept.
const (
	completeTimeout = 3 * time.Second
	namesAge        = 30 * time.Second
	maxCompletions  = 2000
	maxCachedDirs   = 32
)

// nameCache is what directories of the server had when somebody looked.
type nameCache struct{ dirs map[string]cachedNames }

type cachedNames struct {
	names []string // those of directories end in a slash
	until time.Time
}

// forget empties the cache.
func (n *nameCache) forget() { n.dirs = nil }

// complete is for the editor: what the word before the cursor may become.
func (s *Shell) complete(line string, pos int) (head string, words []string, tail string) {
	runes := []rune(line)
	before, tail := string(runes[:pos]), string(runes[pos:])
	if s.asking {
		return before, nil, tail
	}
	head, words = s.completions(before)
	if len(words) == 0 {
		if hint := s.hint(before); hint != "" {
			fmt.Fprintf(s.cfg.Output, "\r\n%s\r\n", s.cfg.Printable(hint))
			return before, []string{""}, tail // the editor draws the line again
		}
	}
	return head, words, tail
}

// hint is what to type where nothing can be completed: the arguments of the
// command.
func (s *Shell) hint(before string) string {
	name, _ := splitCommand(before)
	if name == "" || !strings.ContainsAny(strings.TrimLeft(before, " "), " ") {
		return ""
	}
	c, err := lookUp(s.table, name)
	if err != nil {
		return err.Error()
	}
	return "usage: " + c.synopsis()
}

// completions finds what a line may go on with; head is what stays as it is.
func (s *Shell) completions(before string) (head string, words []string) {
	name, _ := splitCommand(before)
	start := lastWord(before)
	at := 0 // which argument it is; 0 is the command
	for i, word := range strings.Fields(before[:start]) {
		if i == 0 || !strings.HasPrefix(word, "-") {
			at++
		}
	}
	if at == 0 && name != "!" {
		return before[:start], s.commandNames(before[start:])
	}
	kinds := "l"
	if name != "!" {
		c, err := lookUp(s.table, name)
		if err != nil || c.args == "" {
			return before, nil
		}
		if c.name == "proxy" && at > 1 {
			if inner, err := lookUp(s.table, strings.Fields(before)[1]); err == nil && inner.args != "" {
				c, at = inner, at-1
			}
		}
		kinds = c.args
		if kinds == "o" {
			return before[:start], beginning(optionWords(c.usage), before[start:])
		}
	}
	word, quoted := unquote(before[start:])
	if strings.HasPrefix(before[start:], "|") {
		return before, nil // it is a command of this machine
	}
	return s.completeWord(before[:start], kinds[min(max(at, 1), len(kinds))-1], word, quoted)
}

// completeWord completes a word of a kind; see command.args.
func (s *Shell) completeWord(head string, kind byte, word string, quoted bool) (string, []string) {
	dir, prefix := "", word
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		dir, prefix = word[:i+1], word[i+1:]
	}
	var names []string
	switch kind {
	case 'r', 'd':
		names = s.remoteNames(dir)
	case 'l', 'f':
		names = s.localNames(dir)
	case 'c':
		return head, s.commandNames(word)
	case 'm':
		for name := range s.macros {
			names = append(names, name)
		}
	case 's':
		if s.cfg.Sites != nil {
			names, dir, prefix = s.cfg.Sites(), "", word
		}
	}
	var found []string
	for _, name := range names {
		isDir := strings.HasSuffix(name, "/")
		if !strings.HasPrefix(name, prefix) || (kind == 'd' || kind == 'f') && !isDir || prefix == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if s.cfg.Printable(name) != name {
			continue // no terminal can show it, and no editor take it
		}
		if quoted {
			name = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
		} else {
			name = quoteWord(name)
		}
		found = append(found, name)
	}
	slices.Sort(found)
	if len(found) == 1 && !strings.HasSuffix(found[0], "/") {
		if quoted {
			found[0] += `"`
		}
		found[0] += " "
	}
	shown := dir
	if quoted {
		shown = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(dir)
	} else if dir != "" {
		shown = quoteWord(dir)
	}
	return head + shown, found
}

// lastWord is where the word begins that a line ends with.
func lastWord(line string) int {
	start, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t'), start == i && (c == '!' || c == '$') && strings.TrimSpace(line[:i]) == "":
			start = i + 1
		}
	}
	return min(start, len(line))
}

// unquote is the word that is being typed, and whether a quote is open in it.
func unquote(word string) (text string, quoted bool) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case c == '\\' && i+1 < len(word):
			i++
			b.WriteByte(word[i])
		case c == '"':
			quoted = !quoted
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), quoted
}

// beginning are the words that begin so, with a space behind a single one.
func beginning(words []string, prefix string) []string {
	var found []string
	for _, w := range words {
		if strings.HasPrefix(w, prefix) {
			found = append(found, w)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) == 1 {
		found[0] += " "
	}
	return found
}

func (s *Shell) commandNames(prefix string) []string {
	var names []string
	for _, c := range s.table {
		if c.run != nil && c.name != "!" && c.name != "$" {
			names = append(names, c.name)
			names = append(names, c.aliases...)
		}
	}
	return beginning(names, strings.ToLower(prefix))
}

// optionWords are the small words of a usage, such as on and off.
func optionWords(usage string) []string {
	return strings.FieldsFunc(usage, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' })
}

// localNames are the names of a folder here.
func (s *Shell) localNames(dir string) []string {
	f, err := os.Open(filepath.Clean(s.local(dir)))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was read only
	entries, _ := f.ReadDir(maxCompletions)
	var names []string
	for _, e := range entries {
		name := e.Name()
		if info, err := os.Stat(filepath.Join(f.Name(), name)); err == nil && info.IsDir() {
			name += "/"
		}
		names = append(names, name)
	}
	return names
}

// remoteNames are the names of a directory of the server, as they were lately. A
// server that does not answer soon has none.
func (s *Shell) remoteNames(dir string) []string {
	if s.link == nil {
		return nil
	}
	key := s.absolute(dir)
	if c, ok := s.names.dirs[key]; ok && time.Now().Before(c.until) {
		return c.names
	}
	ctx, cancel := context.WithTimeout(context.Background(), completeTimeout)
	defer cancel()
	var names []string
	entries, err := s.list(ctx, dir, maxCompletions)
	if err != nil {
		s.suspect(err)
		return nil
	}
	s.link.used = time.Now()
	for _, e := range entries {
		if e.IsDir() {
			e.Name += "/"
		}
		names = append(names, e.Name)
	}
	if s.names.dirs == nil || len(s.names.dirs) >= maxCachedDirs {
		s.names.dirs = make(map[string]cachedNames)
	}
	s.names.dirs[key] = cachedNames{names, time.Now().Add(namesAge)}
	return names
}

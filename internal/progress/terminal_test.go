package progress

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// terminal is a terminal as far as rows need one: it wraps lines, scrolls, goes up,
// erases to its end, and wraps anew what it has when its width changes, as the
// terminals of desktops do. Lines that have scrolled away stay in text, but the
// cursor does not come back to them.
type terminal struct {
	mu            sync.Mutex
	width, height int
	lines         []termLine // of which the last ones, at most height, are seen
	row, column   int        // of the cursor; row is an index of lines
	strange       []string   // sequences that it does not know
	writes        int
}

// termLine is one line of the screen; wrapped says that the next one goes on with it.
type termLine struct {
	cells   []string // "" behind a wide character
	wrapped bool
}

func newTerminal(width, height int) *terminal {
	return &terminal{width: width, height: height, lines: make([]termLine, 1)}
}

func (t *terminal) size() (width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.width, t.height
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes++
	for s := string(p); s != ""; {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' })
			t.sequence(rest[:end], rest[end])
			s = rest[end+1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		t.put(r)
		s = s[size:]
	}
	return len(p), nil
}

func (t *terminal) sequence(number string, verb byte) {
	n, err := strconv.Atoi(number)
	switch {
	case verb == 'A' && err == nil:
		t.row = max(t.row-n, t.top())
	case verb == 'J' && number == "":
		t.lines = t.lines[:t.row+1]
		line := &t.lines[t.row]
		line.cells, line.wrapped = line.cells[:min(t.column, len(line.cells))], false
	default:
		t.strange = append(t.strange, number+string(verb))
	}
}

// top is the first line that is seen.
func (t *terminal) top() int { return max(len(t.lines)-t.height, 0) }

func (t *terminal) put(r rune) {
	switch {
	case r == '\r':
		t.column = 0
		return
	case r == '\n':
		t.down()
		t.column = 0
		return
	case r < ' ' || r == 0x7f:
		t.strange = append(t.strange, strconv.QuoteRune(r))
		return
	}
	width := runewidth.RuneWidth(r)
	if t.column+width > t.width {
		t.lines[t.row].wrapped = true
		t.down()
		t.column = 0
	}
	line := &t.lines[t.row]
	for len(line.cells) < t.column+width {
		line.cells = append(line.cells, " ")
	}
	if width == 0 {
		return
	}
	line.cells[t.column] = string(r)
	if width == 2 {
		line.cells[t.column+1] = ""
	}
	t.column += width
}

func (t *terminal) down() {
	if t.row++; t.row == len(t.lines) {
		t.lines = append(t.lines, termLine{})
	}
}

// resize changes the width, and wraps all lines anew. The cursor stays behind what
// it was behind: at the beginning of the last line, where rows leave it.
func (t *terminal) resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var whole []string
	text := ""
	for _, line := range t.lines {
		text += strings.Join(line.cells, "")
		if !line.wrapped {
			whole, text = append(whole, text), ""
		}
	}
	t.width, t.height, t.lines, t.row, t.column = width, height, make([]termLine, 1), 0, 0
	for i, line := range whole {
		for _, r := range line {
			t.put(r)
		}
		if i < len(whole)-1 {
			t.put('\n')
		}
	}
}

// text are all lines, also those that have scrolled away, without blanks at their
// ends.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for i, line := range t.lines {
		b.WriteString(strings.TrimRight(strings.Join(line.cells, ""), " "))
		if !line.wrapped && i < len(t.lines)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

package words

import (
	"fmt"
	"strings"
)

// A Line is a line of a text, as words that are taken one after the other.
type Line struct {
	Number int // counts from 1
	words  []string
}

// Lines splits a text into its lines, without those that are empty or that begin with
// the mark of comments.
func Lines(text, comment string) []*Line {
	var lines []*Line
	number := 0
	for line := range strings.Lines(text) {
		number++
		words := strings.Fields(line)
		if len(words) > 0 && !strings.HasPrefix(words[0], comment) {
			lines = append(lines, &Line{number, words})
		}
	}
	return lines
}

// NewLine makes a line of words that were split otherwise.
func NewLine(number int, words []string) *Line { return &Line{number, words} }

// Take gives the next word, "" at the end.
func (l *Line) Take() string {
	word := l.Peek()
	if word != "" {
		l.words = l.words[1:]
	}
	return word
}

// Peek gives the next word without taking it, "" at the end.
func (l *Line) Peek() string {
	if len(l.words) == 0 {
		return ""
	}
	return l.words[0]
}

// Next takes the words if they are the next ones, all of them, and says whether.
func (l *Line) Next(words ...string) bool {
	if len(l.words) < len(words) {
		return false
	}
	for i, word := range words {
		if l.words[i] != word {
			return false
		}
	}
	l.words = l.words[len(words):]
	return true
}

// Rest takes all that is left.
func (l *Line) Rest() string {
	rest := strings.Join(l.words, " ")
	l.words = nil
	return rest
}

// End is an error if a word is left.
func (l *Line) End() error {
	if word := l.Peek(); word != "" {
		return fmt.Errorf("%q is not known here", word)
	}
	return nil
}

// Wrap adds the number of the line to an error; nil stays nil.
func (l *Line) Wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line %d: %w", l.Number, err)
}

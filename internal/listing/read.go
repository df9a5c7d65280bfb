package listing

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// MaxLine is the longest line of a listing that Read takes, in bytes.
const MaxLine = 64 << 10

// Read yields the entries of a listing from a data connection, as Parse reads
// them. Lines end in LF or CRLF. Lines without an entry are passed over. A line
// that no dialect knows is yielded as an error that wraps ErrUnknownFormat, with
// a zero Entry, and the sequence goes on behind it; every other error ends it.
func Read(r io.Reader, now time.Time, loc *time.Location) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 4096), MaxLine)
		for lines.Scan() {
			e, err := Parse(lines.Text(), now, loc)
			if errors.Is(err, ErrNoEntry) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("listing: %w", err))
		}
	}
}

package listing

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"time"
)

// MaxLine is the longest line of a listing that Read takes, in bytes.
const MaxLine = 64 << 10

// Read yields the entries of a listing from a data connection, as Parse reads
// them, and better where the lines around a line tell more: an entry of two lines is
// put together (VMS), the dialect of the line before goes first, a heading tells
// what is below it, and all numeric dates together settle whether day or month comes
// first. Until that is settled, a bounded number of entries is held back.
//
// Lines end in LF or CRLF. Lines without an entry are passed over. A line
// that no dialect knows is yielded as an error that wraps ErrUnknownFormat, with
// a zero Entry, and the sequence goes on behind it; every other error ends it.
func Read(src io.Reader, now time.Time, loc *time.Location) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		r := reader{clock: clock{now: now, loc: location(loc)}}
		held := heldDates{clock: r.clock}
		text := bufio.NewScanner(src)
		text.Buffer(make([]byte, 0, 4096), MaxLine)
		for text.Scan() {
			for _, found := range r.take(text.Text(), held.orders) {
				if !held.pass(found, yield) {
					return
				}
			}
		}
		for _, found := range r.end() {
			if !held.pass(found, yield) {
				return
			}
		}
		if !held.release(yield) {
			return
		}
		if err := text.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("listing: %w", err))
		}
	}
}

package progress

import (
	"bytes"
	"fmt"
	"io"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
)

// console is how mpb writes to a terminal: all that changes at once is one write.
type console struct {
	out     io.Writer
	size    func() (width, height int)
	flushed chan struct{} // has a value for each Flush

	text bytes.Buffer // lines that are to stay
	rows bytes.Buffer // the rows that are to come
	next []int        // their widths in cells
	last []int        // the widths of those on the terminal
}

var _ mpb.ConsoleWriter = (*console)(nil)

func newConsole(out io.Writer, size func() (width, height int)) *console {
	return &console{out: out, size: size, flushed: make(chan struct{}, 1)}
}

// say writes lines while there is no row.
func (c *console) say(text []byte) {
	if len(text) > 0 {
		_, _ = c.out.Write(text) // the transfer goes on without its watcher
	}
}

// Write takes lines that are to stay.
func (c *console) Write(p []byte) (int, error) { return c.text.Write(p) }

// ReadFrom takes a row; one that is empty counts for none.
func (c *console) ReadFrom(r io.Reader) (int64, error) {
	line, err := io.ReadAll(r)
	line = bytes.TrimSuffix(line, []byte("\n"))
	if err != nil || len(line) == 0 {
		return 0, err
	}
	c.rows.Write(append(line, '\n'))
	c.next = append(c.next, runewidth.StringWidth(string(line)))
	return int64(len(line) + 1), nil
}

// IsTerminal implements mpb.ConsoleWriter.
func (c *console) IsTerminal() bool { return true }

// GetTermSize says how much room there is for a row. The last cell of a line
// stays free, as terminals differ in where the cursor is behind it. How many rows
// there may be, bars sees to.
func (c *console) GetTermSize() (width, height int, err error) {
	width, _ = c.size()
	return max(width-1, 1), maxRows + 1, nil
}

// Flush takes the old rows away, and writes what there is.
func (c *console) Flush(int) error {
	var b bytes.Buffer
	if lines := c.lines(); lines > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA\x1b[J", lines)
	}
	_, _ = c.text.WriteTo(&b) // from one buffer to another
	_, _ = c.rows.WriteTo(&b)
	c.last, c.next = c.next, nil
	if b.Len() > 0 {
		_, _ = c.out.Write(b.Bytes()) // the transfer goes on without its watcher
	}
	c.flushed <- struct{}{}
	return nil
}

// lines is how many lines the rows on the terminal take: one each, but more where
// the terminal has become narrower since and has wrapped them.
func (c *console) lines() int {
	width, _ := c.size()
	n := 0
	for _, w := range c.last {
		n += max(1, (w+width-1)/max(width, 1))
	}
	return n
}

package progress

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// row is what is known of a file, or of all, when it is drawn.
type row struct {
	name         string
	bytes, total int64 // total -1 is unknown
	rate         string
	left         string
	isSum        bool
}

// rowOf makes a row.
func rowOf(name string, bytes, total int64, r *rate) row {
	w := row{name: name, bytes: bytes, total: total}
	if perSecond := r.perSecond(); r.span > 0 {
		w.rate = Bytes(int64(perSecond)) + "/s"
	}
	if left, ok := r.left(total - bytes); total >= 0 && ok {
		w.left = clock(left)
	}
	return w
}

// percent is how much of it is there; "" if that is unknown.
func (r row) percent() string {
	switch {
	case r.total < 0:
		return ""
	case r.total == 0 || r.bytes >= r.total:
		return "100%"
	}
	return fmt.Sprintf("%d%%", int(100*float64(r.bytes)/float64(r.total)))
}

// amount is the same in bytes.
func (r row) amount() string {
	if r.total < 0 {
		return Bytes(r.bytes)
	}
	return Bytes(r.bytes) + "/" + Bytes(r.total)
}

// The widths of the columns behind the name, and the least that a name and a bar
// may have.
const (
	percentWidth = len("100%")
	amountWidth  = len("1023M/1023M")
	rateWidth    = len("1023M/s")
	leftWidth    = len("99:59:59")
	gap          = 2
	minName      = 12
	minBar       = 8
	maxBar       = 40
)

// columns says which columns there are, by how many of those behind the name, the
// most important first: percent, left, rate, amount, bar.
type columns int

// fit finds the columns for so many cells; barWidth is 0 without a bar.
func fit(width int) (c columns, nameWidth, barWidth int) {
	rest := width
	for _, w := range []int{percentWidth, leftWidth, rateWidth, amountWidth} {
		if rest-gap-w < minName {
			return c, rest, 0
		}
		rest -= gap + w
		c++
	}
	if rest-gap-minBar < minName {
		return c, rest, 0
	}
	barWidth = min(max(rest/3, minBar), maxBar)
	return c + 1, rest - gap - barWidth, barWidth
}

// texts is the row for so many cells: what comes before the bar, and what behind
// it.
func (r row) texts(width int) (before, behind string, barWidth int) {
	c, nameWidth, barWidth := fit(width)
	before = pad(r.name, nameWidth)
	if barWidth > 0 {
		before += strings.Repeat(" ", gap)
	}
	var b strings.Builder
	for _, column := range []struct {
		from  columns
		width int
		text  string
	}{
		{1, percentWidth, r.percent()},
		{4, amountWidth, r.amount()},
		{3, rateWidth, r.rate},
		{2, leftWidth, r.left},
	} {
		if c >= column.from {
			fmt.Fprintf(&b, "%*s", gap+column.width, column.text)
		}
	}
	return before, b.String(), barWidth
}

// pad makes a name that wide: its end is kept, which tells more of a path.
func pad(name string, width int) string {
	const dots = "..."
	switch w := runewidth.StringWidth(name); {
	case w <= width:
		return name + strings.Repeat(" ", width-w)
	case width <= len(dots):
		return strings.Repeat(".", max(width, 0))
	default:
		cut := runewidth.TruncateLeft(name, w-width+len(dots), dots)
		return cut + strings.Repeat(" ", max(width-runewidth.StringWidth(cut), 0))
	}
}

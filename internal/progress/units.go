package progress

import (
	"fmt"
	"strconv"
	"time"

	"github.com/mattn/go-runewidth"
)

// Bytes is a number of bytes in at most five characters: "812", "1.5K", "99.9M",
// "1023G". K is 1024.
func Bytes(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10)
	}
	const units = "KMGTPE"
	value := float64(n)
	for i := range len(units) {
		value /= 1024
		switch {
		case value < 99.95:
			return fmt.Sprintf("%.1f%c", value, units[i])
		case value < 1023.5 || i == len(units)-1:
			return fmt.Sprintf("%.0f%c", value, units[i])
		}
	}
	return "" // not reached: the last unit takes all
}

// clock is a time to come: "0:12", "1:02:03", "12d".
func clock(d time.Duration) string {
	seconds := int64(d / time.Second)
	switch {
	case seconds < 3600:
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	case seconds < 100*3600:
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%dd", seconds/(24*3600))
}

// brief is a time that has passed.
func brief(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// Width is how many cells of a terminal a text takes, which is one line that prints.
func Width(text string) int { return runewidth.StringWidth(text) }

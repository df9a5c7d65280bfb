package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// A parsedFlag is a flag whose text a function reads.
type parsedFlag[T any] struct {
	to    *T
	kind  string // what --help calls the value
	parse func(text string) (T, error)
}

var _ pflag.Value = parsedFlag[int]{}

// String implements pflag.Value. There is no default to show.
func (f parsedFlag[T]) String() string { return "" }

// Type implements pflag.Value.
func (f parsedFlag[T]) Type() string { return f.kind }

// Set implements pflag.Value.
func (f parsedFlag[T]) Set(text string) error {
	value, err := f.parse(text)
	if err == nil {
		*f.to = value
	}
	return err
}

// noLimit is what stands for no limit in flags and lists.
const noLimit = "none"

// sizeUnits are the units of sizes, each 1024 of the one before.
const sizeUnits = "KMGTPE"

// parseSize reads a number of bytes: digits, perhaps with a unit of 1024 (K, M, G,
// T; KiB and KB say the same). "none" is 0, no limit.
func parseSize(text string) (int64, error) {
	if text == noLimit {
		return 0, nil
	}
	upper := strings.ToUpper(text)
	digits := strings.TrimRight(upper, sizeUnits+"IB")
	unit := strings.TrimSuffix(strings.TrimSuffix(upper[len(digits):], "B"), "I")
	wrong := errors.New("want bytes, such as 500000, 512K, 20M or 10G (K is 1024), or none")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || digits[0] == '+' {
		return 0, wrong
	}
	if unit == "" {
		if strings.HasSuffix(upper, "I") || strings.HasSuffix(upper, "IB") {
			return 0, wrong
		}
		return n, nil
	}
	power := strings.Index(sizeUnits, unit)
	if len(unit) != 1 || power < 0 {
		return 0, wrong
	}
	shift := 10 * (power + 1)
	if n > math.MaxInt64>>shift {
		return 0, fmt.Errorf("%s are more bytes than can be counted", text)
	}
	return n << shift, nil
}

// formatSize writes bytes as parseSize reads them: in the largest unit of which
// they are a multiple.
func formatSize(n int64) string {
	if n == 0 {
		return noLimit
	}
	unit := ""
	for i := 0; n%1024 == 0 && i < len(sizeUnits); i++ {
		n, unit = n/1024, sizeUnits[i:i+1]
	}
	return strconv.FormatInt(n, 10) + unit
}

// parseCount reads a number of things; "none" is 0, no limit.
func parseCount(text string) (int64, error) {
	if text == noLimit {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, errors.New("want a number from 0, or none")
	}
	return n, nil
}

// formatCount writes a number as parseCount reads it.
func formatCount(n int64) string {
	if n == 0 {
		return noLimit
	}
	return strconv.FormatInt(n, 10)
}

// never is what stands for an account without end.
const never = "never"

// parseExpiry reads the moment at which an account ends: the beginning of a day
// of this machine's time zone, a moment, or "never".
func parseExpiry(text string) (time.Time, error) {
	if text == never {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	switch {
	case err != nil:
		return time.Time{}, errors.New("want a day such as 2031-12-31, at whose beginning the account ends, a moment such as 2031-12-31T18:00:00Z, or never")
	case t.Unix() <= 0:
		return time.Time{}, errors.New("want a day after 1970-01-01")
	}
	return t.Truncate(time.Second), nil
}

// formatExpiry writes a moment as parseExpiry reads it.
func formatExpiry(t time.Time) string {
	if t.IsZero() {
		return never
	}
	return t.Local().Format(time.RFC3339)
}

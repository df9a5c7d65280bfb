package mirror

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Options say what makes two files equal, and what may be done to the target.
type Options struct {
	// Delete removes what the target has and the source has not; what is in the
	// way of a file or directory of another kind, too.
	Delete bool
	// Limit is how much may be removed.
	Limit Limit
	// Newer leaves a file of the target as it is if it is newer than the source's.
	Newer bool
	// SizeOnly compares sizes and no times; Checksum compares the checksums
	// that both states have instead of times.
	SizeOnly, Checksum bool
	// Times gives copies the time of their source.
	Times bool
	// OwnTimes says that the target's times are those of the copying: a file is
	// unchanged if it is as long, and not older than its source.
	OwnTimes bool
	// Fold says that to the target, "A" and "a" are one name.
	Fold bool
	// Name refuses a name that the target cannot have; nil takes any.
	Name func(name string) error
}

// Limit is the most that may be removed: so many entries, or a percentage of those
// that the target has. The zero Limit is the default: half of them, or 10 if that
// is more, and nothing if the source is empty.
type Limit struct {
	Set     bool
	N       int
	Percent bool
}

const (
	defaultPercent = 50
	defaultRemoved = 10
)

// ParseLimit reads "100" or "20%".
func ParseLimit(text string) (Limit, error) {
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseUint(number, 10, 31)
	switch {
	case err != nil:
		return Limit{}, errors.New("want a number such as 100, or a percentage of the target such as 20%")
	case percent && n > 100:
		return Limit{}, errors.New("want no more than 100%")
	}
	return Limit{Set: true, N: int(n), Percent: percent}, nil
}

// String is what ParseLimit reads.
func (l Limit) String() string {
	switch {
	case !l.Set:
		return fmt.Sprintf("%d%%", defaultPercent)
	case l.Percent:
		return fmt.Sprintf("%d%%", l.N)
	}
	return strconv.Itoa(l.N)
}

// allows says whether so many of all entries of the target may be removed.
func (l Limit) allows(removed, all int, sourceEmpty bool) bool {
	switch {
	case removed == 0:
		return true
	case !l.Set:
		return !sourceEmpty && (removed <= defaultRemoved || removed*100 <= all*defaultPercent)
	case l.Percent:
		return removed*100 <= all*l.N
	}
	return removed <= l.N
}

// tolerance is how far two times may be apart that are one: FAT knows every other
// second, and servers cut off or round.
const tolerance = 2 * time.Second

// within is how far the times of two states may be apart.
func within(a, b *State) time.Duration { return max(a.Precision, b.Precision, tolerance) }

// reason says why a file must be copied over another; "" if it need not.
func (o *Options) reason(s, t *State) string {
	known := !s.Time.IsZero() && !t.Time.IsZero()
	later := s.Time.Sub(t.Time) // positive if the source is newer
	near := within(s, t)
	switch {
	case o.Newer && known && later <= -near:
		return ""
	case s.Size >= 0 && t.Size >= 0 && s.Size != t.Size:
		return "size"
	case o.SizeOnly:
		return ""
	case o.Checksum:
		if s.Sum != "" && s.Sum == t.Sum {
			return ""
		}
		return "checksum"
	case !known:
		return ""
	case later >= near:
		return "newer"
	case later <= -near && !o.OwnTimes:
		return "time"
	}
	return ""
}

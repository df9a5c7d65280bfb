package listing

import (
	"strconv"
	"time"
)

// Owners says what stands in the columns of owner and group.
type Owners uint8

// The ways to show owners.
const (
	OwnersNumeric Owners = iota // the numbers, as vsftpd does by default
	OwnersNames                 // the names where they are known (text_userdb_names)
	OwnersHidden                // "ftp" for both (hide_ids)
)

// recentAge is how old a file may be for its line to show the time of day:
// 182 days, as in vsftpd. Older and future files show the year.
const recentAge = 182 * 24 * time.Hour

// Long writes LIST, in the form of ls -l with the columns of vsftpd:
//
//	-rw-r--r--    1 0        0            1234 Nov 20 10:30 name
//
// There is no "total" line.
type Long struct {
	// Now is the time that decides between time of day and year.
	Now time.Time
	// Location is the zone of the times; nil is UTC (use_localtime chooses).
	Location *time.Location
	// Owners says what stands in the columns of owner and group.
	Owners Owners
	// Classify puts "/" behind directories (ls -F).
	Classify bool
}

// Append appends the line of e, with CRLF. A symbolic link shows its target if
// that is known.
func (l *Long) Append(b []byte, e *Entry) []byte {
	b = appendMode(b, e.Mode)
	b = append(b, ' ')
	b = appendNumber(b, max(e.Nlink, 1), 4)
	b = append(b, ' ')
	b = l.appendOwner(b, e.Owner, e.UID)
	b = append(b, ' ')
	b = l.appendOwner(b, e.Group, e.GID)
	b = append(b, ' ')
	b = appendNumber(b, uint64(max(e.Size, 0)), 8)
	b = append(b, ' ')
	b = l.appendTime(b, e.ModTime)
	b = append(b, ' ')
	b = appendClean(b, e.Name)
	switch {
	case e.IsSymlink() && e.Target != "":
		b = append(b, " -> "...)
		b = appendClean(b, e.Target)
	case l.Classify && e.IsDir():
		b = append(b, '/')
	}
	return append(b, '\r', '\n')
}

// AppendHeading appends the line that stands above each directory of a
// recursive listing, "dir:", and an empty line before it unless it is the first.
func AppendHeading(b []byte, dir string, first bool) []byte {
	if !first {
		b = append(b, '\r', '\n')
	}
	return append(appendClean(b, dir), ':', '\r', '\n')
}

// ownerWidth is the width of the columns of owner and group, filled up on the
// right.
const ownerWidth = 8

func (l *Long) appendOwner(b []byte, name string, id uint32) []byte {
	start := len(b)
	switch {
	case l.Owners == OwnersHidden:
		b = append(b, "ftp"...)
	case l.Owners == OwnersNames && name != "":
		for i := 0; i < len(name); i++ {
			c := name[i]
			if c <= ' ' || c == 0x7f {
				c = '_' // "Domain Users" would be two columns
			}
			b = append(b, c)
		}
	default:
		b = strconv.AppendUint(b, uint64(id), 10)
	}
	for len(b)-start < ownerWidth {
		b = append(b, ' ')
	}
	return b
}

const monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"

// appendTime appends "Nov 20 10:30" or "Nov 20  2026". A time that is not
// known is shown as the beginning of 1970: clients stumble over the year 1.
func (l *Long) appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	age := l.Now.Sub(t)
	t = t.In(location(l.Location))
	year, month, day := t.Date()
	b = append(b, monthNames[3*month-3:3*month]...)
	b = append(b, ' ', '0'+byte(day/10), '0'+byte(day%10), ' ')
	if age < 0 || age > recentAge {
		year = min(max(year, 0), 9999)
		return append(b, ' ', '0'+byte(year/1000), '0'+byte(year/100%10), '0'+byte(year/10%10), '0'+byte(year%10))
	}
	hour, minute, _ := t.Clock()
	return append(b, '0'+byte(hour/10), '0'+byte(hour%10), ':', '0'+byte(minute/10), '0'+byte(minute%10))
}

// appendNumber appends n, filled up with spaces on the left to width.
func appendNumber(b []byte, n uint64, width int) []byte {
	digits := 1
	for rest := n; rest > 9; rest /= 10 {
		digits++
	}
	for ; digits < width; width-- {
		b = append(b, ' ')
	}
	return strconv.AppendUint(b, n, 10)
}

func location(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

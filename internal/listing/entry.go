package listing

import (
	"io/fs"
	"time"
)

// Entry is one file in a directory.
type Entry struct {
	// Name is the last element of the pathname, in the bytes of the store. A
	// server that is asked for one file may send more elements.
	Name string
	// Mode holds the type and the permission bits.
	Mode fs.FileMode
	// Size is the length in bytes. Parse gives -1 where the line does not say.
	Size int64
	// Rough is what Parse knows of the length where Size is -1 and the line
	// counts in blocks or kilobytes; 0 is nothing. It is for the eye only.
	Rough int64
	// ModTime is the time of the last change. Zero is unknown.
	ModTime time.Time
	// Precision says how exact ModTime is after Parse: a day, a minute, a
	// second; 0 is as exact as the value. It is not written.
	Precision time.Duration
	// UID and GID are the numbers of owner and group.
	UID, GID uint32
	// Owner and Group are their names; empty where only the number is known.
	Owner, Group string
	// Nlink is the number of hard links; 0 counts as 1.
	Nlink uint64
	// Target is where a symbolic link points; empty where it is not known.
	Target string
	// ID tells one file of the server from every other; empty if unknown.
	ID string
}

// IsDir reports whether the entry is a directory.
func (e *Entry) IsDir() bool { return e.Mode.IsDir() }

// IsSymlink reports whether the entry is a symbolic link.
func (e *Entry) IsSymlink() bool { return e.Mode&fs.ModeSymlink != 0 }

// appendClean appends a name with CR, LF and NUL made harmless; every other
// byte is passed on.
func appendClean(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\r', '\n', 0:
			b = append(b, '?')
		default:
			b = append(b, c)
		}
	}
	return b
}

package ftpclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/listing"
)

// Entry is one file of a listing.
type Entry struct {
	// Name is the last element of the pathname, in the server's bytes.
	Name string
	// Mode holds the type and, as far as the server tells, the permission bits.
	Mode fs.FileMode
	// Size is the length in bytes; -1 is unknown.
	Size int64
	// ModTime is the time of the last change, Precision how exact it is (LIST
	// knows minutes or days); zero is unknown.
	ModTime   time.Time
	Precision time.Duration
	// Owner and Group are names or numbers, as the server has them.
	Owner, Group string
	// Target is where a symbolic link points; "" is unknown.
	Target string
	// ID is the same for two names of one file, and for nothing else (the fact
	// "unique"); "" is unknown.
	ID string
}

// IsDir reports whether the entry is a directory.
func (e *Entry) IsDir() bool { return e.Mode.IsDir() }

// ErrLine is wrapped by the error of a line of a listing that nobody understands,
// or that names no file of the directory; the listing goes on behind it.
var ErrLine = errors.New("bad line in a listing")

// ErrTooMuch is wrapped by the error that ends a listing which is longer than
// Config.MaxListing.
var ErrTooMuch = errors.New("the listing does not end")

// errEnough ends a listing of which the rest is not wanted.
var errEnough = errors.New("the rest of the listing is not wanted")

// List yields the entries of a directory ("" is the working directory), without
// itself and its parent, as MLSD describes them or else LIST. An error ends the
// sequence, unless it wraps ErrLine. A loop that ends early aborts the listing.
// The Conn is in use until the loop has ended.
func (c *Conn) List(ctx context.Context, name string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		verb := ftp.Verb("LIST")
		if _, ok := c.Feature("MLST"); ok {
			verb = "MLSD"
		}
		stopped := false
		_, err := c.run(ctx, ftp.TypeASCII, ftp.Command{Verb: verb, Arg: name}, 0, func(s *dtp.Stream) error {
			c.listedSelf = false
			lines := &bounded{r: s, left: c.cfg.maxListing()}
			for found, err := range listing.Read(lines, time.Now(), c.cfg.Location) {
				switch {
				case errors.Is(err, listing.ErrUnknownFormat):
					err = fmt.Errorf("%w: %w", ErrLine, err)
				case err != nil:
					return err
				case found.Name == ".":
					c.listedSelf = true
					continue
				case found.Name == "..":
					continue
				case strings.ContainsAny(found.Name, "/\x00"):
					err = fmt.Errorf("%w: the name %q is none of a file in the directory", ErrLine, found.Name)
				}
				e := Entry{}
				if err == nil {
					e = entryOf(&found)
				}
				if !yield(e, err) {
					stopped = true
					return &dtp.LocalError{Err: errEnough}
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(Entry{}, err)
		}
	}
}

// bounded reads so many lines and no more.
type bounded struct {
	r    io.Reader
	left int
}

// Read counts the ends of lines.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= bytes.Count(p[:n], []byte{'\n'}); b.left < 0 {
		return n, &dtp.LocalError{Err: ErrTooMuch}
	}
	return n, err
}

func entryOf(e *listing.Entry) Entry {
	of := func(name string, id uint32) string {
		if name == "" && id != 0 {
			return formatInt(int64(id))
		}
		return name
	}
	return Entry{
		Name: e.Name, Mode: e.Mode, Size: e.Size, ModTime: e.ModTime, Precision: e.Precision,
		Owner: of(e.Owner, e.UID), Group: of(e.Group, e.GID), Target: e.Target, ID: e.ID,
	}
}

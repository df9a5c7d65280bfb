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
	// Name is the last element of the pathname, in UTF-8 where that is possible (see
	// Config.Charset).
	Name string
	// Mode holds the type and, as far as the server tells, the permission bits.
	Mode fs.FileMode
	// Size is the length in bytes; -1 is unknown. Rough is then what the server tells
	// of it in blocks or kilobytes, counted in bytes, for the eye only; 0 is nothing.
	Size, Rough int64
	// ModTime is the time of the last change, in UTC, Precision how exact it is (LIST
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
		if _, ok := c.Feature("MLST"); ok {
			c.list(ctx, ftp.Command{Verb: "MLSD", Arg: name}, time.UTC, yield)
		} else if loc := c.location(); loc != nil {
			c.list(ctx, ftp.Command{Verb: "LIST", Arg: name}, loc, yield)
		} else {
			c.listFirst(ctx, name, yield)
		}
	}
}

// list yields the entries of a listing while it comes.
func (c *Conn) list(ctx context.Context, command ftp.Command, loc *time.Location, yield func(Entry, error) bool) {
	stopped := false
	_, err := c.run(ctx, ftp.TypeASCII, command, 0, func(s *dtp.Stream) error {
		err := c.entries(&bounded{r: s, left: c.cfg.maxListing()}, loc, yield)
		stopped = errors.Is(err, errEnough)
		return err
	})
	if err != nil && !stopped {
		yield(Entry{}, err)
	}
}

// entries yields the entries of a listing's text. The error is what the reading came
// to, or wraps errEnough.
func (c *Conn) entries(text io.Reader, loc *time.Location, yield func(Entry, error) bool) error {
	c.listedSelf = false
	for found, err := range listing.Read(text, time.Now(), loc) {
		e := Entry{}
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
		default:
			c.names().see(found.Name)
			e = c.entry(&found)
		}
		if !yield(e, err) {
			return &dtp.LocalError{Err: errEnough}
		}
	}
	return nil
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

// entry is what a line of a listing says, in UTF-8 and UTC.
func (c *Conn) entry(e *listing.Entry) Entry {
	found := factsEntry(e)
	for _, text := range [...]*string{&found.Name, &found.Owner, &found.Group, &found.Target} {
		*text = c.names().in(*text)
	}
	return found
}

// factsEntry is entry for what has come in a reply, which is in UTF-8 already.
func factsEntry(e *listing.Entry) Entry {
	of := func(name string, id uint32) string {
		if name == "" && id != 0 {
			return formatInt(int64(id))
		}
		return name
	}
	return Entry{
		Name: e.Name, Mode: e.Mode, Size: e.Size, Rough: e.Rough, ModTime: e.ModTime.UTC(), Precision: e.Precision,
		Owner: of(e.Owner, e.UID), Group: of(e.Group, e.GID), Target: e.Target, ID: e.ID,
	}
}

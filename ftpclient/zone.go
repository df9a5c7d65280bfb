package ftpclient

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/listing"
)

// zone is where the clock on the server's wall is, by which LIST tells the time.
type zone struct {
	mu    sync.Mutex
	found *time.Location
	tries int // how many listings did not tell
}

// The limits of finding a zone out: in how many listings, by how many files of each,
// and how much text of a listing is kept meanwhile.
const (
	zoneListings = 3
	zoneFiles    = 3
	zoneText     = 1 << 20
)

// get is the zone; nil is not known yet.
func (z *zone) get() *time.Location {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.found == nil && z.tries >= zoneListings {
		return time.UTC
	}
	return z.found
}

// note keeps what a listing told; nil is nothing.
func (z *zone) note(loc *time.Location) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.found == nil {
		z.found = loc
		z.tries++
	}
}

// location is the zone for LIST; nil is not known yet.
func (c *Conn) location() *time.Location {
	if c.cfg.Location != nil {
		return c.cfg.Location
	}
	return c.cfg.learnt.zone.get()
}

// listFirst is a LIST while the zone is not known. MDTM can be asked only when the
// listing has ended, so the text is kept until then; one that is too long for that is
// fetched again.
func (c *Conn) listFirst(ctx context.Context, name string, yield func(Entry, error) bool) {
	var text []byte
	longer := false
	command := ftp.Command{Verb: "LIST", Arg: name}
	_, err := c.run(ctx, ftp.TypeASCII, command, 0, func(s *dtp.Stream) (err error) {
		lines := &bounded{r: s, left: c.cfg.maxListing()}
		if text, err = io.ReadAll(io.LimitReader(lines, zoneText)); err == nil {
			longer, err = pass(lines)
		}
		return err
	})
	loc := time.UTC
	if err == nil {
		loc = c.findZone(ctx, name, text)
	}
	if longer && err == nil {
		c.list(ctx, command, loc, yield)
		return
	}
	read := c.entries(bytes.NewReader(text), loc, yield)
	if errors.Is(read, errEnough) {
		return
	}
	if err = cmp.Or(read, err); err != nil {
		yield(Entry{}, err)
	}
}

// pass reads the rest of a listing, and reports that there was one.
func pass(r io.Reader) (some bool, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, listing.MaxLine)
	for lines.Scan() {
		some = true
	}
	return some, lines.Err()
}

// findZone compares the times of a listing's newest files with those of MDTM: the
// newest are the likeliest to have the summer time of today.
func (c *Conn) findZone(ctx context.Context, dir string, text []byte) *time.Location {
	var files []listing.Entry
	for e, err := range listing.Read(bytes.NewReader(text), time.Now(), nil) {
		if err != nil || !e.Mode.IsRegular() || e.ModTime.IsZero() || e.Precision > time.Minute {
			continue
		}
		files = append(files, e)
		if len(files) > 2*zoneFiles {
			files = newest(files)
		}
	}
	if dir == "-a" { // that is no directory, but the working one with all it has
		dir = ""
	}
	if len(files) == 0 || strings.HasPrefix(dir, "-") {
		return time.UTC // another listing may tell
	}
	var found *time.Location
	for _, e := range newest(files) {
		exact, err := c.ModTime(ctx, c.inside(dir, e.Name))
		if code := Code(err); code == ftp.CodeBadCommand || code == ftp.CodeNotImplemented {
			break
		}
		if offset, ok := listing.ZoneOffset(e.ModTime, e.Precision, exact); err == nil && ok {
			found = time.FixedZone("", int(offset/time.Second))
			break
		}
	}
	c.cfg.learnt.zone.note(found)
	if found == nil {
		return time.UTC
	}
	return found
}

// newest are the files that were changed last.
func newest(files []listing.Entry) []listing.Entry {
	slices.SortStableFunc(files, func(a, b listing.Entry) int { return cmp.Compare(b.ModTime.Unix(), a.ModTime.Unix()) })
	return files[:min(len(files), zoneFiles)]
}

// inside is the pathname of an entry of a listing of dir, which may be the file
// itself.
func (c *Conn) inside(dir, wire string) string {
	name := c.names().in(wire)
	switch {
	case dir == "", strings.HasPrefix(name, "/"):
		return name
	case path.Base(name) == path.Base(dir):
		return dir
	}
	return strings.TrimSuffix(dir, "/") + "/" + name
}

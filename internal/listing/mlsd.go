package listing

import (
	"io/fs"
	"strconv"
	"strings"
	"time"

	"ferry/ftp"
)

// parseMLSD reads a line of facts (RFC 3659 §7.2). It is told from other lines
// by its first word, which is a fact, and by a fact that is known.
func parseMLSD(line string, _ clock) (Entry, bool) {
	fact, _, _ := strings.Cut(line, ";")
	if name, _, ok := strings.Cut(fact, "="); !ok || name == "" || strings.ContainsAny(name, " \t,") {
		return Entry{}, false
	}
	// Some servers put a tab between the facts and the name.
	if tab := strings.Index(line, ";\t"); tab >= 0 && !strings.Contains(line[:tab], " ") {
		line = line[:tab+1] + " " + line[tab+2:]
	}
	e, f, err := ParseFacts(line)
	return e, err == nil && f.Has != 0
}

// ParseFacts reads a line of MLSD, or of MLST without the space before it, and
// gives the facts too, for those that an Entry has no place for. The listed
// directory itself ("cdir") is named "." and its parent ("pdir") "..". A file without
// a mode has read and write for all, a directory x as well. The error wraps
// ftp.ErrFacts.
func ParseFacts(line string) (Entry, ftp.Facts, error) {
	f, name, err := ftp.ParseEntry(line)
	if err != nil {
		return Entry{}, ftp.Facts{}, err
	}
	e := Entry{Name: name, Size: -1, Target: f.Target, ID: f.Unique}
	e.Mode = factsMode(&f)
	switch {
	case f.Has.Has(ftp.FactSize):
		e.Size = f.Size
	case f.Has.Has(ftp.FactSizd):
		e.Size = f.Sizd
	}
	if f.Has.Has(ftp.FactModify) {
		e.ModTime, e.Precision = f.Modify, time.Second
		if f.Modify.Nanosecond() != 0 {
			e.Precision = 0
		}
	}
	e.UID, e.Owner = factsOwner(&f, ftp.FactUnixUID, f.UnixUID, f.UnixOwner, f.UnixOwnerName)
	e.GID, e.Group = factsOwner(&f, ftp.FactUnixGID, f.UnixGID, f.UnixGroup, f.UnixGroupName)
	switch f.Type {
	case ftp.EntryCurrent:
		e.Name = "."
	case ftp.EntryParent:
		e.Name = ".."
	default:
	}
	return e, f, nil
}

// factsMode puts type and permissions together.
func factsMode(f *ftp.Facts) fs.FileMode {
	m := fs.FileMode(0o666)
	switch f.Type {
	case ftp.EntryDir, ftp.EntryCurrent, ftp.EntryParent:
		m = fs.ModeDir | 0o777
	case ftp.EntrySymlink:
		m = fs.ModeSymlink | 0o777
	case ftp.EntryFIFO:
		m |= fs.ModeNamedPipe
	case ftp.EntrySocket:
		m |= fs.ModeSocket
	case ftp.EntryChar:
		m |= fs.ModeDevice | fs.ModeCharDevice
	case ftp.EntryBlock:
		m |= fs.ModeDevice
	default: // a file, or what has no bits in Go
	}
	if f.Has.Has(ftp.FactUnixMode) {
		m = m.Type() | fileMode(f.UnixMode)
	}
	return m
}

// factsOwner prefers the fact that can only be a number, and the one that can
// only be a name; the third may be either.
func factsOwner(f *ftp.Facts, number ftp.Fact, id uint32, either, name string) (uint32, string) {
	n, err := strconv.ParseUint(either, 10, 32)
	switch {
	case err != nil && name == "":
		name = either
	case err == nil && !f.Has.Has(number):
		id = uint32(n)
	}
	return id, name
}

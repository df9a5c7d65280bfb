package listing

import (
	"io/fs"
	"time"

	"ferry/ftp"
)

// OfferedFacts are the facts that AppendFacts can tell of an Entry. Those about
// owners are for the caller to take out under hide_ids.
const OfferedFacts ftp.FactSet = 1<<ftp.FactType | 1<<ftp.FactSize | 1<<ftp.FactModify | 1<<ftp.FactUnique |
	1<<ftp.FactPerm | 1<<ftp.FactSizd | 1<<ftp.FactUnixMode | OwnerFacts

// OwnerFacts are the facts that tell of owners and groups.
const OwnerFacts ftp.FactSet = 1<<ftp.FactUnixUID | 1<<ftp.FactUnixGID | 1<<ftp.FactUnixOwner | 1<<ftp.FactUnixGroup |
	1<<ftp.FactUnixOwnerName | 1<<ftp.FactUnixGroupName

// FactExtras is what an entry of MLSD tells beyond the Entry.
type FactExtras struct {
	// Perm are the letters of the fact "perm" (RFC 3659 §7.5.5): what the
	// session may do with the entry, which only the caller knows.
	Perm string
	// Type replaces the type that follows from the mode: for the listed
	// directory itself (ftp.EntryCurrent) and its parent (ftp.EntryParent).
	Type ftp.EntryType
}

// AppendFacts appends e as MLST shows it, without an end of line: those facts of
// set that are known, a space, and the name. A directory has a sizd, everything
// else a size; the time is a whole second, as some clients know no fraction;
// "unique" is the ID, in a form that the fact can hold.
func AppendFacts(b []byte, set ftp.FactSet, e *Entry, extras FactExtras) []byte {
	f := ftp.Facts{
		Has:           1<<ftp.FactType | 1<<ftp.FactPerm | 1<<ftp.FactUnixMode | 1<<ftp.FactUnixUID | 1<<ftp.FactUnixGID | 1<<ftp.FactUnixOwner | 1<<ftp.FactUnixGroup,
		Type:          extras.Type,
		Target:        e.Target,
		Size:          e.Size,
		Sizd:          e.Size,
		Modify:        e.ModTime.Truncate(time.Second),
		Perm:          extras.Perm,
		UnixMode:      unixMode(e.Mode),
		UnixUID:       e.UID,
		UnixGID:       e.GID,
		UnixOwnerName: e.Owner,
		UnixGroupName: e.Group,
	}
	if f.Type == "" {
		f.Type = entryType(e.Mode)
	}
	switch {
	case e.Size < 0:
	case e.IsDir():
		f.Has = f.Has.With(ftp.FactSizd)
	default:
		f.Has = f.Has.With(ftp.FactSize)
	}
	if !e.ModTime.IsZero() {
		f.Has = f.Has.With(ftp.FactModify)
	}
	if e.ID != "" && set.Has(ftp.FactUnique) {
		f.Has, f.Unique = f.Has.With(ftp.FactUnique), uniqueValue(e.ID)
	}
	if e.Owner != "" {
		f.Has = f.Has.With(ftp.FactUnixOwnerName)
	}
	if e.Group != "" {
		f.Has = f.Has.With(ftp.FactUnixGroupName)
	}
	return ftp.AppendEntry(b, set, &f, e.Name)
}

// AppendFactsLine is AppendFacts with CRLF: a line of MLSD.
func AppendFactsLine(b []byte, set ftp.FactSet, e *Entry, extras FactExtras) []byte {
	return append(AppendFacts(b, set, e, extras), '\r', '\n')
}

// uniqueValue writes the bytes of an ID that a fact cannot hold, and "%", as
// "%20": two IDs never get one value. An ID without such bytes is returned as
// it is, which costs nothing.
func uniqueValue(id string) string {
	clean := func(c byte) bool { return '!' <= c && c <= '~' && c != ';' && c != '%' }
	for i := range len(id) {
		if clean(id[i]) {
			continue
		}
		const hex = "0123456789ABCDEF"
		b := make([]byte, 0, 3*len(id))
		for j := range len(id) {
			if c := id[j]; clean(c) {
				b = append(b, c)
			} else {
				b = append(b, '%', hex[c>>4], hex[c&15])
			}
		}
		return string(b)
	}
	return id
}

// unixMode is m as chmod counts: the permission bits with setuid, setgid and
// sticky at 07000.
func unixMode(m fs.FileMode) uint16 {
	bits := uint16(m.Perm())
	if m&fs.ModeSetuid != 0 {
		bits |= 0o4000
	}
	if m&fs.ModeSetgid != 0 {
		bits |= 0o2000
	}
	if m&fs.ModeSticky != 0 {
		bits |= 0o1000
	}
	return bits
}

// fileMode is the other way round.
func fileMode(bits uint16) fs.FileMode {
	m := fs.FileMode(bits) & fs.ModePerm
	if bits&0o4000 != 0 {
		m |= fs.ModeSetuid
	}
	if bits&0o2000 != 0 {
		m |= fs.ModeSetgid
	}
	if bits&0o1000 != 0 {
		m |= fs.ModeSticky
	}
	return m
}

func entryType(m fs.FileMode) ftp.EntryType {
	switch typeLetter(m) {
	case 'd':
		return ftp.EntryDir
	case 'l':
		return ftp.EntrySymlink
	case 'p':
		return ftp.EntryFIFO
	case 's':
		return ftp.EntrySocket
	case 'c':
		return ftp.EntryChar
	case 'b':
		return ftp.EntryBlock
	default:
		return ftp.EntryFile
	}
}

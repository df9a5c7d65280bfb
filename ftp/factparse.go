package ftp

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseEntry reads one entry of MLSD, or of an MLST reply without the space
// that begins its line (RFC 3659 §7.2). The name is all that follows the space
// behind the facts: it may begin or end with spaces and hold anything but CR,
// LF and NUL; it must not be empty.
//
// What broken servers do is understood: a missing semicolon behind the last
// fact, a fact without "=", and values that hold spaces, as "UNIX.group=Domain
// Users;". A fact that comes twice counts once, the second is in Other.
func ParseEntry(line string) (Facts, string, error) {
	var f Facts
	if strings.ContainsAny(line, "\r\n\x00") {
		return Facts{}, "", entryError(line, "a control character in it")
	}
	rest := line
	for !strings.HasPrefix(rest, " ") {
		fact, tail, ok := cutFact(rest)
		if !ok {
			return Facts{}, "", entryError(line, "want fact=value; name")
		}
		rest = tail
		if name, value, _ := strings.Cut(fact, "="); name != "" || value != "" {
			f.set(name, value)
		}
	}
	name := rest[1:]
	if name == "" {
		return Facts{}, "", entryError(line, "no name")
	}
	return f, name, nil
}

// cutFact takes one fact off the front. The tail begins with a space, or is
// another fact. ok is false where the line ends without a name.
func cutFact(s string) (fact, tail string, ok bool) {
	semicolon, space := strings.IndexByte(s, ';'), strings.IndexByte(s, ' ')
	switch {
	case semicolon >= 0 && (space < 0 || semicolon < space):
		return s[:semicolon], s[semicolon+1:], space > semicolon
	case space < 0 || !strings.Contains(s[:space], "="):
		return "", "", false
	case semicolon > space && factFollows(s[semicolon+1:]):
		// The space is in the value, as the facts go on behind it.
		return s[:semicolon], s[semicolon+1:], true
	default:
		return s[:space], s[space:], true
	}
}

// factFollows reports whether s goes on with the name or with a known fact.
func factFollows(s string) bool {
	if strings.HasPrefix(s, " ") && len(s) > 1 {
		return true
	}
	name, _, ok := strings.Cut(s, "=")
	if !ok {
		return false
	}
	_, known := factByName(name)
	return known
}

// set takes in one fact, in Other if it cannot be understood.
func (f *Facts) set(name, value string) {
	fact, known := factByName(name)
	if !known || f.Has.Has(fact) || !f.parseValue(fact, value) {
		f.Other = append(f.Other, RawFact{name, value})
		return
	}
	f.Has = f.Has.With(fact)
}

func (f *Facts) parseValue(fact Fact, value string) bool {
	var err error
	switch fact {
	case FactType:
		f.Type, f.Target = parseEntryType(value)
		return value != ""
	case FactSize:
		f.Size, err = parseSize(value)
	case FactSizd:
		f.Sizd, err = parseSize(value)
	case FactModify:
		f.Modify, err = ParseTimeVal(value)
	case FactCreate:
		f.Create, err = ParseTimeVal(value)
	case FactUnixMode:
		var m uint64
		m, err = strconv.ParseUint(value, 8, 32)
		f.UnixMode = uint16(m & 0o7777)
	case FactUnixUID:
		f.UnixUID, err = parseUint32(value)
	case FactUnixGID:
		f.UnixGID, err = parseUint32(value)
	case FactUnixOwner, FactUnixGroup:
		*f.text(fact) = value
		return value != ""
	default:
		*f.text(fact) = value
	}
	return err == nil
}

// parseEntryType folds the types with a meaning here to the constants, and
// cuts the target off a symbolic link. ProFTPD says "symlink" for it.
func parseEntryType(value string) (t EntryType, target string) {
	for _, prefix := range [...]string{string(EntrySymlink), "OS.unix=symlink"} {
		if len(value) < len(prefix) || !strings.EqualFold(value[:len(prefix)], prefix) {
			continue
		}
		if rest := value[len(prefix):]; rest == "" || rest[0] == ':' {
			return EntrySymlink, strings.TrimPrefix(rest, ":")
		}
	}
	for _, t := range [...]EntryType{EntryFile, EntryDir, EntryCurrent, EntryParent, EntryFIFO, EntrySocket, EntryChar, EntryBlock} {
		if strings.EqualFold(value, string(t)) {
			return t, ""
		}
	}
	return EntryType(value), ""
}

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err
}

func parseUint32(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

func entryError(line, why string) error {
	return fmt.Errorf("%w: %s: %s", ErrFacts, quote(line), why)
}

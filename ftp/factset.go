package ftp

import (
	"errors"
	"fmt"
	"strings"
)

// ErrFacts is wrapped by every error about an entry of MLST or MLSD, and about
// the argument of OPTS MLST.
var ErrFacts = errors.New("bad facts")

// Fact is one kind of fact about a file (RFC 3659 §7.5).
type Fact uint8

// The facts with a meaning here. Those behind FactCharset are not in the RFC
// but in the servers: sizd and UNIX.mode, UNIX.uid and UNIX.gid come from
// Pure-FTPd, UNIX.owner, UNIX.group and the names of both from ProFTPD.
const (
	FactType Fact = iota
	FactSize
	FactModify
	FactCreate
	FactUnique
	FactPerm
	FactLang
	FactMediaType
	FactCharset
	FactSizd
	FactUnixMode
	FactUnixUID
	FactUnixGID
	FactUnixOwner
	FactUnixGroup
	FactUnixOwnerName
	FactUnixGroupName
	factCount
)

// factNames are the names as they are sent. They are read in any case.
var factNames = [factCount]string{
	"type", "size", "modify", "create", "unique", "perm", "lang", "media-type", "charset",
	"sizd", "UNIX.mode", "UNIX.uid", "UNIX.gid", "UNIX.owner", "UNIX.group", "UNIX.ownername", "UNIX.groupname",
}

// String is the name of the fact as it is sent.
func (f Fact) String() string {
	if f >= factCount {
		return fmt.Sprintf("fact-%d", uint8(f))
	}
	return factNames[f]
}

// factByName finds a fact by its name in any case.
func factByName(name string) (Fact, bool) {
	for f, n := range factNames {
		if len(n) == len(name) && strings.EqualFold(n, name) {
			return Fact(f), true
		}
	}
	return 0, false
}

// FactSet is a set of facts: those that a server offers, or those that the
// client has selected.
type FactSet uint32

// FactSetOf is the set of the given facts.
func FactSetOf(facts ...Fact) FactSet {
	var s FactSet
	for _, f := range facts {
		s = s.With(f)
	}
	return s
}

// Has reports whether f is in the set.
func (s FactSet) Has(f Fact) bool { return f < factCount && s&(1<<f) != 0 }

// With is the set and f.
func (s FactSet) With(f Fact) FactSet {
	if f >= factCount {
		return s
	}
	return s | 1<<f
}

// Without is the set and not f.
func (s FactSet) Without(f Fact) FactSet {
	if f >= factCount {
		return s
	}
	return s &^ (1 << f)
}

// String lists the facts, each ended by a semicolon: "type;size;".
func (s FactSet) String() string { return s.list(0) }

// Features is the line of the FEAT reply: each fact of the set that is offered,
// with "*" where it is selected too: "MLST type*;size*;create;" (RFC 3659 §7.8).
func (s FactSet) Features(selected FactSet) string { return "MLST " + s.list(selected) }

func (s FactSet) list(starred FactSet) string {
	var b strings.Builder
	for f := range factCount {
		if s.Has(f) {
			b.WriteString(factNames[f])
			if starred.Has(f) {
				b.WriteByte('*')
			}
			b.WriteByte(';')
		}
	}
	return b.String()
}

// OptsReply is the text of the 200 reply to OPTS MLST once the set is selected:
// "MLST OPTS type;size;", or "MLST OPTS" alone for none (RFC 3659 §7.9).
func (s FactSet) OptsReply() string {
	if s == 0 {
		return "MLST OPTS"
	}
	return "MLST OPTS " + s.String()
}

// ParseFactSet reads the argument of OPTS MLST, "type;size;" (RFC 3659 §7.9):
// the set of those named that are offered too. What is unknown or not offered is passed
// over, as the RFC has it; an empty argument selects nothing. The last semicolon
// may be missing. An error (501) is a name that no fact can have.
func ParseFactSet(arg string, offered FactSet) (FactSet, error) {
	var s FactSet
	for rest := arg; rest != ""; {
		name, tail, _ := strings.Cut(rest, ";")
		rest = tail
		if !cleanFactValue(name) || strings.Contains(name, "=") {
			return 0, fmt.Errorf("%w: %s is no name of a fact", ErrFacts, quote(name))
		}
		if f, ok := factByName(name); ok && offered.Has(f) {
			s = s.With(f)
		}
	}
	return s, nil
}

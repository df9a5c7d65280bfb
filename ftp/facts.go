package ftp

import (
	"strconv"
	"time"
)

// EntryType is the value of the fact "type" (RFC 3659 §7.5.1), without the
// target of a symbolic link. Its letters may come in any case.
type EntryType string

// The types of an entry. What is none of the first four goes by
// "OS.name=type"; those of Unix are the ones that servers send in fact.
const (
	EntryFile    EntryType = "file"
	EntryDir     EntryType = "dir"
	EntryCurrent EntryType = "cdir" // the directory that is listed
	EntryParent  EntryType = "pdir" // a parent of it
	EntrySymlink EntryType = "OS.unix=slink"
	EntryFIFO    EntryType = "OS.unix=fifo"
	EntrySocket  EntryType = "OS.unix=socket"
	EntryChar    EntryType = "OS.unix=chr"
	EntryBlock   EntryType = "OS.unix=blk"
)

// Facts are the facts of one entry of MLST or MLSD (RFC 3659 §7). Has says
// which of the fields are known; the others mean nothing.
type Facts struct {
	Has FactSet

	Type   EntryType
	Target string    // of a symbolic link, behind "OS.unix=slink:"; may be empty
	Size   int64     // bytes, 0 or more
	Sizd   int64     // what a directory itself takes, in bytes, 0 or more
	Modify time.Time // in UTC
	Create time.Time // in UTC
	Unique string    // equal for two names of one file, and for nothing else
	Perm   string    // letters of acdeflmprw (RFC 3659 §7.5.5)

	Lang      string
	MediaType string
	Charset   string

	UnixMode      uint16 // permission bits with setuid 04000, setgid 02000, sticky 01000
	UnixUID       uint32
	UnixGID       uint32
	UnixOwner     string // a number or a name, as servers differ; AppendEntry writes UnixUID for ""
	UnixGroup     string // likewise, with UnixGID
	UnixOwnerName string
	UnixGroupName string

	// Other are the facts that have no field here, and those whose value is
	// not what the fact promises, in the order received.
	Other []RawFact
}

// RawFact is one fact as text.
type RawFact struct {
	Name  string
	Value string
}

// AppendEntry appends one entry as MLSD sends it and MLST shows it, without an
// end of line: the facts that are both in set and in f.Has, in the order of the
// constants, then f.Other, a space, and the name: "type=file;size=5; name"
// (RFC 3659 §7.2). In a value, bytes that would end it (a space, a semicolon,
// control characters) become "?", in the name CR, LF and NUL do: neither can
// forge a fact, an entry or a line. A target that holds such bytes is left out.
func AppendEntry(b []byte, set FactSet, f *Facts, name string) []byte {
	set &= f.Has
	for fact := Fact(0); fact < factCount; fact++ {
		if set.Has(fact) {
			b = append(append(b, factNames[fact]...), '=')
			b = append(f.appendValue(b, fact), ';')
		}
	}
	for _, raw := range f.Other {
		b = append(appendFactText(b, raw.Name, true), '=')
		b = append(appendFactText(b, raw.Value, false), ';')
	}
	return appendMasked(append(b, ' '), name, func(c byte) bool { return c == '\r' || c == '\n' || c == 0 })
}

// appendMasked appends s with "?" for the bytes that it cannot hold, which are hardly ever any.
func appendMasked(b []byte, s string, bad func(c byte) bool) []byte {
	begin := len(b)
	b = append(b, s...)
	for i := begin; i < len(b); i++ {
		if bad(b[i]) {
			b[i] = '?'
		}
	}
	return b
}

func (f *Facts) appendValue(b []byte, fact Fact) []byte {
	switch fact {
	case FactType:
		b = appendFactText(b, string(f.Type), false)
		if f.Type == EntrySymlink {
			b = append(b, ':')
			if cleanFactValue(f.Target) {
				b = append(b, f.Target...)
			}
		}
	case FactSize:
		b = strconv.AppendInt(b, max(f.Size, 0), 10)
	case FactSizd:
		b = strconv.AppendInt(b, max(f.Sizd, 0), 10)
	case FactModify:
		b = AppendTimeValFraction(b, f.Modify)
	case FactCreate:
		b = AppendTimeValFraction(b, f.Create)
	case FactUnixMode:
		m := f.UnixMode
		b = append(b, '0'+byte(m>>9&7), '0'+byte(m>>6&7), '0'+byte(m>>3&7), '0'+byte(m&7))
	case FactUnixOwner, FactUnixUID:
		if fact == FactUnixOwner && f.UnixOwner != "" {
			return appendFactText(b, f.UnixOwner, false)
		}
		b = strconv.AppendUint(b, uint64(f.UnixUID), 10)
	case FactUnixGroup, FactUnixGID:
		if fact == FactUnixGroup && f.UnixGroup != "" {
			return appendFactText(b, f.UnixGroup, false)
		}
		b = strconv.AppendUint(b, uint64(f.UnixGID), 10)
	default:
		b = appendFactText(b, *f.text(fact), false)
	}
	return b
}

// text is the field of a fact whose value is text as it is, nil for the others.
func (f *Facts) text(fact Fact) *string {
	switch fact {
	case FactUnique:
		return &f.Unique
	case FactPerm:
		return &f.Perm
	case FactLang:
		return &f.Lang
	case FactMediaType:
		return &f.MediaType
	case FactCharset:
		return &f.Charset
	case FactUnixOwner:
		return &f.UnixOwner
	case FactUnixGroup:
		return &f.UnixGroup
	case FactUnixOwnerName:
		return &f.UnixOwnerName
	case FactUnixGroupName:
		return &f.UnixGroupName
	default:
		return nil
	}
}

// appendFactText appends a value, or a name, which must not hold "=" either.
func appendFactText(b []byte, s string, name bool) []byte {
	return appendMasked(b, s, func(c byte) bool { return endsFactValue(c) || name && c == '=' })
}

func cleanFactValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if endsFactValue(s[i]) {
			return false
		}
	}
	return true
}

// endsFactValue reports a byte that a value cannot hold. Bytes from 128 on are
// let through: RFC 3659 §7.2 knows ASCII only, but nobody mistakes them.
func endsFactValue(c byte) bool { return c <= ' ' || c == ';' || c == 0x7f }

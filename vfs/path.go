package vfs

import (
	"io/fs"
	"path"
	"strings"
)

// The limits of a pathname in bytes, which are those of Linux (PATH_MAX,
// NAME_MAX); a store may have tighter ones.
const (
	MaxName    = 4096 // the whole pathname
	MaxElement = 255  // what is between two slashes
)

// Clean joins a working directory, itself clean, and a pathname from a peer to
// the absolute, clean pathname that a store takes. A name that begins with a
// slash does not need dir; an empty one is dir. Repeated and trailing slashes
// and "." elements go; ".." takes away the element before it, and nothing at
// the root. That happens to the text: "link/.." is where the link stands, not
// the directory above its target. All other bytes stay as they are.
//
// A NUL byte gives ErrInvalid; a result longer than MaxName, or with an element
// longer than MaxElement, ErrNameTooLong.
func Clean(dir, name string) (string, error) {
	if strings.IndexByte(name, 0) >= 0 || strings.IndexByte(dir, 0) >= 0 {
		return "", &fs.PathError{Op: "clean", Path: name, Err: ErrInvalid}
	}
	if !strings.HasPrefix(name, "/") {
		name = "/" + dir + "/" + name
	}
	clean := path.Clean(name)
	if tooLong(clean) {
		return "", &fs.PathError{Op: "clean", Path: clean[:min(len(clean), MaxElement)], Err: ErrNameTooLong}
	}
	return clean, nil
}

// Valid reports whether name is what a store takes: absolute, clean, without a
// NUL byte. Its length does not matter here.
func Valid(name string) bool {
	if name == "/" {
		return true
	}
	rest, ok := strings.CutPrefix(name, "/")
	if !ok || strings.IndexByte(rest, 0) >= 0 {
		return false
	}
	for more := true; more; {
		var element string
		element, rest, more = strings.Cut(rest, "/")
		if element == "" || element == "." || element == ".." {
			return false
		}
	}
	return true
}

func tooLong(clean string) bool {
	if len(clean) > MaxName {
		return true
	}
	if len(clean) <= MaxElement {
		return false
	}
	for element := range strings.SplitSeq(clean, "/") {
		if len(element) > MaxElement {
			return true
		}
	}
	return false
}

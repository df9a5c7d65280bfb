package main

import (
	"fmt"
	"os"
	"strings"
)

// The lines between which the tables of this program stand in a document.
const (
	beginMark = "<!-- begin: make bench-client -->\n"
	endMark   = "<!-- end: make bench-client -->\n"
)

// replaceSection puts the tables into the document.
func replaceSection(path, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), beginMark)
	if !ok {
		return fmt.Errorf("%s has no line %q", path, beginMark)
	}
	_, after, ok := strings.Cut(rest, endMark)
	if !ok {
		return fmt.Errorf("%s has no line %q", path, endMark)
	}
	return os.WriteFile(path, []byte(before+beginMark+"\n"+text+endMark+after), 0o666)
}

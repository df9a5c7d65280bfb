package main

import (
	"fmt"
	"os"
	"strings"
)

// The lines between which the report stands in a document.
const (
	beginMark = "<!-- begin: make bench -->\n"
	endMark   = "<!-- end: make bench -->\n"
)

// cutReport gives what stands before and after the report, with the marks.
func cutReport(path string) (before, after string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", "", err
	}
	before, rest, ok := strings.Cut(string(text), beginMark)
	if !ok {
		return "", "", fmt.Errorf("%s has no line %q", path, beginMark)
	}
	_, after, ok = strings.Cut(rest, endMark)
	if !ok {
		return "", "", fmt.Errorf("%s has no line %q after the other mark", path, endMark)
	}
	return before + beginMark, endMark + after, nil
}

// insertReport puts the report between its marks.
func insertReport(path, report string) error {
	before, after, err := cutReport(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(before+"\n"+report+after), 0o666)
}

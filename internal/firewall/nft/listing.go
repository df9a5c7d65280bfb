package nft

import (
	"slices"
	"strings"
)

// A block is a part of a table as nft lists it: a chain, a set, an object, or what
// stands in the table itself.
type block struct {
	name  string // "chain input"; "" for the table itself
	lines []string
}

// blocks reads what nft -s lists of one table. Elements that come and go by
// themselves are left out, those of other sets are sorted.
func blocks(listing string) []block {
	table, list := block{}, []block(nil)
	var open *block
	var elements []string
	inElements := false
	for line := range strings.Lines(listing) {
		line = strings.TrimSpace(line)
		switch {
		case inElements:
			elements = append(elements, line)
			inElements = !strings.HasSuffix(line, "}")
			if !inElements {
				open.lines = append(open.lines, elementsLine(elements))
			}
		case line == "", strings.HasPrefix(line, "table "):
		case open == nil && strings.HasSuffix(line, " {"):
			list = append(list, block{name: strings.TrimSuffix(line, " {")})
			open = &list[len(list)-1]
		case line == "}":
			open = nil
		case open == nil:
			table.lines = append(table.lines, line)
		case strings.HasPrefix(line, "elements = {"):
			elements = []string{line}
			if inElements = !strings.HasSuffix(line, "}"); !inElements {
				open.lines = append(open.lines, elementsLine(elements))
			}
		default:
			open.lines = append(open.lines, line)
		}
	}
	for i := range list {
		b := &list[i]
		if strings.HasPrefix(b.name, "set ") && slices.ContainsFunc(b.lines, func(l string) bool {
			return strings.HasPrefix(l, "flags ") && (strings.Contains(l, "dynamic") || strings.Contains(l, "timeout"))
		}) {
			b.lines = slices.DeleteFunc(b.lines, func(l string) bool { return strings.HasPrefix(l, "elements = {") })
		}
	}
	if len(table.lines) > 0 {
		list = append([]block{table}, list...)
	}
	return list
}

// elementsLine puts the elements of a set in one line, in the order of the alphabet.
func elementsLine(lines []string) string {
	text := strings.Join(lines, " ")
	text = strings.TrimSuffix(strings.TrimPrefix(text, "elements = {"), "}")
	words := strings.Split(text, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	slices.Sort(words)
	return "elements = { " + strings.Join(words, ", ") + " }"
}

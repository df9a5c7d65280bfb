package mirror

import (
	"errors"
	"fmt"
	"strings"

	"ferry/internal/listing"
)

// Rule says of the files that match a pattern whether they take part.
//
// A pattern without a slash is for the last element of a pathname, at any depth;
// any other is for the whole pathname below the trees, with or without a slash in
// front. A slash at its end makes it one for directories alone. In an element "*",
// "?", "[a-z]", "{a,b}" and "\" mean what they mean in a shell; "**" as an element
// is any number of elements, at the end at least one.
type Rule struct {
	Include bool
	Pattern string
}

// Filter is a list of rules. The first that matches decides; what none matches
// takes part. Of an excluded directory nothing takes part. The zero Filter
// excludes nothing.
type Filter struct{ rules []rule }

// rule is a Rule made ready.
type rule struct {
	include, folders, whole bool
	elements                []*listing.Pattern // nil is "**"
}

// NewFilter compiles rules.
func NewFilter(rules []Rule) (*Filter, error) {
	f := &Filter{}
	for _, r := range rules {
		compiled, err := compile(r)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", r.Pattern, err)
		}
		f.rules = append(f.rules, compiled)
	}
	return f, nil
}

func compile(r Rule) (rule, error) {
	c := rule{include: r.Include}
	text, folders := strings.CutSuffix(r.Pattern, "/")
	c.folders = folders
	text, rooted := strings.CutPrefix(text, "/")
	if text == "" {
		return c, errors.New("matches nothing")
	}
	if bracesHoldSlash(text) {
		return c, errors.New("has a slash between braces: write one pattern for each")
	}
	c.whole = rooted || strings.Contains(text, "/")
	for element := range strings.SplitSeq(text, "/") {
		switch element {
		case "", ".", "..":
			return c, fmt.Errorf("has the element %q, which no pathname has here", element)
		case "**":
			c.elements = append(c.elements, nil)
			continue
		}
		p, err := listing.Compile(element)
		if err != nil {
			return c, err
		}
		c.elements = append(c.elements, p)
	}
	return c, nil
}

// bracesHoldSlash reports a slash in an alternative, which no element has.
func bracesHoldSlash(text string) bool {
	depth, slash := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '/':
			slash = slash || depth > 0
		case '}':
			if slash {
				return true
			}
			depth = max(depth-1, 0)
		}
	}
	return false
}

// Excludes says whether a file is left out. path is below the trees, with
// slashes. The error wraps listing.ErrPatternTooHard: such a file should be left
// alone.
func (f *Filter) Excludes(path string, dir bool) (bool, error) {
	if f == nil {
		return false, nil
	}
	for i := range f.rules {
		r := &f.rules[i]
		if r.folders && !dir {
			continue
		}
		matches, err := r.match(path)
		if err != nil {
			return true, err
		}
		if matches {
			return !r.include, nil
		}
	}
	return false, nil
}

// match compares a pathname element by element. Only the last "**" is ever tried
// again: what stands before it matched as early as it could.
func (r *rule) match(path string) (bool, error) {
	names := strings.Split(path, "/")
	if !r.whole {
		names = names[len(names)-1:]
	}
	p, n, star, resume := 0, 0, -1, 0
	for n < len(names) {
		if p < len(r.elements) {
			if r.elements[p] == nil {
				p++
				star, resume = p, n
				continue
			}
			ok, err := r.elements[p].Match(names[n])
			if err != nil {
				return false, err
			}
			if ok {
				p, n = p+1, n+1
				continue
			}
		}
		if star < 0 {
			return false, nil
		}
		resume++
		p, n = star, resume
	}
	return p == len(r.elements), nil
}

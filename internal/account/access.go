package account

import (
	"errors"
	"fmt"
	"strings"

	"ferry/vfs"
)

// A Rule says what may be done with a directory and everything below it.
type Rule struct {
	// Path is an absolute, clean pathname as the user sees it.
	Path string
	// Allow is all that may be done there: a rule adds nothing to that of the
	// directory above, it stands in its place.
	Allow vfs.Perm
}

// Access are the rules of one user. Of the rules whose path holds a name the
// longest decides; the rule for "/" holds for the rest. Where no rule holds,
// nothing is allowed.
type Access []Rule

// Everywhere allows the same in every directory.
func Everywhere(allow vfs.Perm) Access { return Access{{Path: "/", Allow: allow}} }

// At is what may be done with a name, an absolute, clean pathname.
func (a Access) At(name string) vfs.Perm { return a.Func()(name) }

// Func is At for many names.
func (a Access) Func() func(name string) vfs.Perm {
	rules := make([]vfs.Rule, len(a))
	for i, r := range a {
		rules[i] = vfs.Rule{Prefix: r.Path, Allow: r.Allow}
	}
	return vfs.Subtrees(rules)
}

// Union is what may be done somewhere.
func (a Access) Union() vfs.Perm {
	var p vfs.Perm
	for _, r := range a {
		p |= r.Allow
	}
	return p
}

// String writes the rules as ParseAccess reads them: "/:list,read;/in:create".
func (a Access) String() string {
	var b strings.Builder
	for i, r := range a {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(r.Path + ":" + FormatPerm(r.Allow))
	}
	return b.String()
}

// ParseAccess reads rules: each is a pathname, a colon and permissions as
// ParsePerm reads them, and semicolons stand between them. A text without a
// slash is the rule for "/".
func ParseAccess(text string) (Access, error) {
	if !strings.Contains(text, "/") {
		text = "/:" + text
	}
	var a Access
	for rule := range strings.SplitSeq(text, ";") {
		rule = strings.TrimSpace(rule)
		colon := strings.LastIndexByte(rule, ':')
		if colon < 0 {
			return nil, fmt.Errorf("rule %q: want PATH:PERMISSIONS, such as /incoming:list,create", rule)
		}
		name, err := vfs.Clean("/", rule[:colon])
		if err != nil || rule[0] != '/' {
			return nil, fmt.Errorf("rule %q: want a path that begins with /", rule)
		}
		allow, err := ParsePerm(rule[colon+1:])
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", rule, err)
		}
		a = append(a, Rule{Path: name, Allow: allow})
	}
	return a, a.validate()
}

// validate finds what is wrong with the rules.
func (a Access) validate() error {
	var wrong []error
	seen := make(map[string]bool)
	for _, r := range a {
		switch {
		case !vfs.Valid(r.Path):
			wrong = append(wrong, fmt.Errorf("the rule for %q: want an absolute path without . and .. in it", r.Path))
		case strings.ContainsFunc(r.Path, unprintable) || strings.Contains(r.Path, ";"):
			wrong = append(wrong, fmt.Errorf("the rule for %q: want a path without control characters and semicolons", r.Path))
		case seen[r.Path]:
			wrong = append(wrong, fmt.Errorf("there are two rules for %q", r.Path))
		case r.Allow&^vfs.PermAll != 0:
			wrong = append(wrong, fmt.Errorf("the rule for %q has permissions that nobody knows", r.Path))
		}
		seen[r.Path] = true
	}
	return errors.Join(wrong...)
}

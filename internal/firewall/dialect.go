package firewall

import (
	"fmt"
	"slices"
	"strings"
)

// A Dialect writes a plan in the language of one kind of firewall.
type Dialect struct {
	Name  string // as in --format
	Title string // as its makers write it
	// Places and Trackings that it can serve; the first tracking is its default.
	Places    []Place
	Trackings []Tracking
	// Translates says that it can write translations of addresses.
	Translates bool
	// OneFamily says that a text holds rules of this family only; Both: of both.
	OneFamily Family
	// Lacks are what it cannot say; plans are widened before it gets them.
	Lacks Lacks
	// Comment begins a line of comment in its texts.
	Comment string

	// Render writes the text, and says what the dialect needs besides.
	Render func(*Plan) (text string, notes []Note, err error)
	// Parse reads a text of its own back. It is nil where a real checker does that.
	Parse func(text string) (*Ruleset, error)
}

// Lacks are what a dialect has no words for.
type Lacks struct {
	SourcePorts bool // it matches no source ports
	Outgoing    bool // it filters only what comes in to a host
	OwnAddress  bool // it does not look at the host's own address, being part of the host
	// Replies says that it is stateful without words: answers pass by themselves, and
	// there are no rules for them.
	Replies bool
}

// An UnsupportedError says what a dialect cannot do, and what to use instead.
type UnsupportedError struct {
	Dialect string
	Text    string
}

func (e *UnsupportedError) Error() string { return e.Dialect + ": " + e.Text }

// Check says whether the dialect can do what the facts ask for.
func (d *Dialect) Check(f *Facts) error {
	switch {
	case !slices.Contains(d.Places, f.At):
		return &UnsupportedError{d.Name, fmt.Sprintf("%s is not for --at %s; it is for --at %s", d.Title, f.At, join(d.Places))}
	case !slices.Contains(d.Trackings, f.Tracking):
		return &UnsupportedError{d.Name, fmt.Sprintf("%s has no --state %s; it has --state %s", d.Title, f.Tracking, join(d.Trackings))}
	case (len(f.Public) > 0 || f.Masquerade) && !d.Translates:
		return &UnsupportedError{d.Name, fmt.Sprintf("%s does not translate addresses here; write that part by hand, or leave out --public and --masquerade", d.Title)}
	case d.OneFamily != Both && !slices.Contains(f.families(), d.OneFamily):
		return &UnsupportedError{d.Name, fmt.Sprintf("%s is for %s, and clients and server do not both have addresses of it", d.Title, d.OneFamily)}
	}
	return nil
}

// Write checks, widens the plan to what the dialect can say, and renders it. The
// notes are the plan's and the dialect's, in the order in which to read them; they
// also end the text, as comments.
func (d *Dialect) Write(facts Facts) (text string, plan *Plan, notes []Note, err error) {
	if facts.Tracking == "" && len(d.Trackings) > 0 {
		facts.Tracking = d.Trackings[0]
	}
	if plan, err = Make(facts); err != nil {
		return "", nil, nil, err
	}
	if err := d.Check(&plan.Facts); err != nil {
		return "", nil, nil, err
	}
	plan = plan.Within(d)
	text, more, err := d.Render(plan)
	if err != nil {
		return "", nil, nil, err
	}
	notes = append(slices.Clone(plan.Notes), more...)
	if len(notes) > 0 {
		text = strings.TrimRight(text, "\n") + "\n\n" + d.Comment + " Besides these rules:\n" + Comments(d.Comment, notes)
	}
	return text, plan, notes, nil
}

// Within gives the plan as the dialect can say it: rules for answers left out where
// they pass by themselves, source ports left out where they cannot be matched. What
// is wider for that is noted.
func (p *Plan) Within(d *Dialect) *Plan {
	wide := *p
	wide.Rules, wide.Notes = nil, slices.Clone(p.Notes)
	wide.Stateful = d.Lacks.Replies
	noPorts := false
	for _, r := range p.Rules {
		if d.OneFamily != Both && r.Family != Both && r.Family != d.OneFamily {
			continue
		}
		if d.Lacks.Replies {
			if r.State == Established || r.State == Related && r.Proto == ICMP {
				continue
			}
			if r.State&New != 0 {
				r.State &^= Established
			}
		}
		if d.Lacks.Outgoing && p.Facts.Host() && r.Toward != p.Facts.Inward() {
			continue
		}
		if d.Lacks.OwnAddress && p.Facts.Host() {
			if r.Toward == p.Facts.Inward() {
				r.To.Nets = nil
			} else {
				r.From.Nets = nil
			}
		}
		if d.Lacks.SourcePorts && len(r.From.Ports) > 0 {
			if r.Action == Drop { // without its port it would drop what it must not
				wide.Notes = append(wide.Notes, Note{NoteOutgoing, d.Title + " matches no source ports, so it cannot keep this host from opening data connections of active mode: set port_enable=NO"})
				continue
			}
			noPorts = noPorts || !slices.Equal(r.From.Ports, []Ports{Unprivileged})
			r.From.Ports = nil
		}
		wide.Rules = append(wide.Rules, r)
	}
	if d.OneFamily != Both {
		wide.Families = []Family{d.OneFamily}
		wide.Translations = slices.DeleteFunc(slices.Clone(p.Translations), func(t Translation) bool { return t.Family != d.OneFamily })
	}
	if noPorts {
		wide.Notes = append(wide.Notes, Note{NoteWide, d.Title + " matches no source ports: data connections may come from any port, not only the server's data port"})
	}
	if d.Lacks.Outgoing && p.Facts.Host() {
		wide.Default[p.Facts.Inward().Other()] = Accept
		wide.Notes = append(wide.Notes, Note{NoteWide, d.Title + " filters only what comes in here: what this host opens is not limited"})
	}
	return &wide
}

// Header is what a text begins with, a line each: what it is for, and how it came.
func (p *Plan) Header(prefix string) string {
	f := &p.Facts
	var b strings.Builder
	line := func(format string, args ...any) {
		fmt.Fprintf(&b, strings.TrimRight(prefix+" "+format, " ")+"\n", args...)
	}
	line("%s. Made by ferry rules.", p.Summary())
	line("clients: %s", strings.TrimPrefix(strings.TrimPrefix(p.toWhom(), " to "), " "))
	server := "every address of this host"
	if len(f.Server) > 0 {
		server = join(f.Server)
	}
	line("server:  %s, control port %s", server, join(f.Control))
	return b.String()
}

// Comments writes notes as comments of a dialect, a line each.
func Comments(prefix string, notes []Note) string {
	var b strings.Builder
	for _, n := range notes {
		for line := range strings.SplitSeq(n.String(), "\n") {
			fmt.Fprintf(&b, "%s %s\n", prefix, line)
		}
	}
	return b.String()
}

func join[T any](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

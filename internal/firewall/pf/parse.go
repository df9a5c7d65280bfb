package pf

import (
	"errors"
	"fmt"
	"slices"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// An entry is a rule as pf has it.
type entry struct {
	at    int // line
	in    bool
	out   bool
	quick bool
	self  bool // to the host itself
	keep  bool // it keeps state
	flags string
	rule  firewall.Rule
}

// A reader goes through the statements of a text.
type reader struct {
	place        firewall.Place
	skip         bool // loopback is left alone
	half         *entry
	messages     words.Messages
	entries      []entry
	translations []firewall.Translation
}

// Parse reads a text of [Dialect] back. A word that it does not know is an error, and so
// is a text that does not say where it stands, or that keeps state in some rules only.
func Parse(text string) (*firewall.Ruleset, error) {
	r, err := read(text)
	if err != nil {
		return nil, err
	}
	return r.ruleset()
}

func read(text string) (*reader, error) {
	list, place, err := statements(text)
	if err != nil {
		return nil, err
	}
	r := &reader{place: place}
	if r.place == "" {
		return nil, fmt.Errorf("the text does not say where it stands: a line that begins with %q is missing", placeMark+"server:")
	}
	for _, l := range list {
		err := r.statement(l)
		if err == nil {
			err = l.End()
		}
		if err != nil {
			return nil, l.Wrap(err)
		}
	}
	if r.half != nil {
		return nil, fmt.Errorf("line %d: %w", r.half.at, errHalf)
	}
	if len(r.entries) == 0 {
		return nil, errors.New("there is no rule")
	}
	return r, nil
}

// statement reads one.
func (r *reader) statement(l *words.Line) error {
	switch {
	case l.Next("set", "skip", "on"):
		if !l.Next("lo") && !l.Next("lo0") {
			return fmt.Errorf("only loopback is left alone here, and this is %q", l.Peek())
		}
		r.skip = true
		return nil
	case l.Next("set", "reassemble", "yes"), l.Next("set", "block-policy", "drop"):
		return nil
	case l.Next("match"):
		t, err := matchStatement(l)
		r.translations = append(r.translations, t)
		if len(r.entries) > 0 && err == nil {
			err = errors.New("a translation comes before all rules: those see packets as they are after it")
		}
		return err
	case l.Next("pass"):
		return r.rule(firewall.Accept, l)
	case l.Next("block"):
		return r.rule(firewall.Drop, l)
	}
	return fmt.Errorf("%q is no statement that is known here", l.Rest())
}

// ruleset puts the rules in an order in which the first that fits decides: those that
// are quick as they stand, and then the others from the last to the first.
func (r *reader) ruleset() (*firewall.Ruleset, error) {
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}} // what no rule fits passes
	var err error
	if set.Stateful, err = r.stateful(); err != nil {
		return nil, err
	}
	var ordered []entry
	for _, e := range r.entries {
		if e.quick {
			ordered = append(ordered, e)
		}
	}
	for _, e := range slices.Backward(r.entries) {
		if !e.quick {
			ordered = append(ordered, e)
		}
	}
	if r.place == firewall.Between {
		return set, r.router(set, ordered)
	}
	inward := firewall.Server
	if r.place == firewall.AtClient {
		inward = firewall.Client
	}
	if r.skip {
		for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
			set.Rules = append(set.Rules, firewall.Rule{Toward: side, Local: true, Action: firewall.Accept})
		}
	}
	for _, e := range ordered {
		if e.self {
			return nil, fmt.Errorf("line %d: self is known on a router only", e.at)
		}
		add(set, e.rule, e.in, inward)
		add(set, e.rule, e.out, inward.Other())
	}
	return set, nil
}

func add(set *firewall.Ruleset, rule firewall.Rule, is bool, side firewall.Side) {
	if is {
		rule.Toward = side
		set.Rules = append(set.Rules, rule)
	}
}

// router adds the rules for what is forwarded. It meets the rules where it comes in and
// where it goes out, and must pass both; all must pass where it goes out.
func (r *reader) router(set *firewall.Ruleset, ordered []entry) error {
	i := slices.IndexFunc(ordered, func(e entry) bool { return e.out })
	if i >= 0 {
		if e := &ordered[i]; e.self || e.rule.Action != firewall.Accept || !everything(&e.rule) || e.flags == "S/SA" {
			return fmt.Errorf("line %d: packets are judged where they come in: on a router the first rule for those that go out is pass out quick all flags any", e.at)
		}
	}
	for _, e := range ordered {
		if e.self {
			continue // what is for the router is not forwarded
		}
		add(set, e.rule, e.in, firewall.Client)
		add(set, e.rule, e.in, firewall.Server)
	}
	return nil
}

// everything says whether the rule fits all packets.
func everything(r *firewall.Rule) bool {
	ends := len(r.From.Nets) + len(r.From.Ports) + len(r.To.Nets) + len(r.To.Ports)
	return ends == 0 && r.Family == firewall.Both && r.Proto == firewall.AnyProto && !r.Answer
}

// stateful says whether answers pass by themselves. Rules about ICMP may do as they
// like: what is new in it has no answers that matter here.
func (r *reader) stateful() (bool, error) {
	first := -1
	for i := range r.entries {
		e := &r.entries[i]
		if e.rule.Action == firewall.Drop || e.rule.Proto == firewall.ICMP {
			continue
		}
		if first < 0 {
			first = i
		} else if e.keep != r.entries[first].keep {
			return false, fmt.Errorf("line %d: it keeps state where line %d does not, or the other way round: all rules do, or none", e.at, r.entries[first].at)
		}
	}
	return first >= 0 && r.entries[first].keep, nil
}

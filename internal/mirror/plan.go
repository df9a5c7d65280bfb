package mirror

import "time"

// Do is what an action does to the target.
type Do string

// What actions do. Their Path is below the two trees.
const (
	DoMkdir  Do = "mkdir"  // makes a directory; with the path "." the target itself
	DoCopy   Do = "copy"   // makes a file like that of the source, over one that is there or not
	DoTimes  Do = "times"  // gives a file, whose content is right, the time of the source's
	DoRemove Do = "remove" // removes a file or a symbolic link
	DoRmdir  Do = "rmdir"  // removes a directory that is empty by then
)

// removes says that the action takes something away.
func (d Do) removes() bool { return d == DoRemove || d == DoRmdir }

// Action is one thing that is to be done.
type Action struct {
	Do   Do   `json:"do"`
	Path Path `json:"path"`
	// Why is the reason to copy: "new", or what differs.
	Why string `json:"why,omitempty"`
	// Source and Target are what there was when the Plan was made; nil is
	// nothing. An action is refused when that is no longer so. Where something
	// is removed to make place, Target of what comes behind is nil.
	Source *State `json:"source,omitempty"`
	Target *State `json:"target,omitempty"`
}

// Note is a file that is left out, and why.
type Note struct {
	Path Path   `json:"path"`
	Why  string `json:"why"`
	// Fault is set where the target is not what it should be because of it.
	Fault bool `json:"fault,omitempty"`
}

// Withheld says that something should be removed, and is not.
type Withheld struct {
	// Removals is how many entries there were to remove, Limit how many could
	// be.
	Removals int    `json:"removals"`
	Limit    string `json:"limit"`
	// Empty is set where the reason is that the source is empty.
	Empty bool `json:"empty_source,omitempty"`
}

// Plan is all that is to be done, in the order in which it is done: what is next
// to each other and of one kind may be done at once. Once something has failed
// nothing is removed any more.
type Plan struct {
	// From and To name the two trees: a URL without its password, and a
	// directory.
	From string `json:"from"`
	To   string `json:"to"`
	// Made is when the trees were looked at.
	Made time.Time `json:"made,omitzero"`
	// Times gives copies the time of their source.
	Times   bool     `json:"times"`
	Actions []Action `json:"actions"`
	Notes   []Note   `json:"notes,omitempty"`
	// Withheld is set if removals were left out; nil is none.
	Withheld *Withheld `json:"withheld,omitempty"`
	// Unchanged counts files that are equal, Extra entries that the target alone
	// has and keeps, Entries all that the target had.
	Unchanged int `json:"unchanged"`
	Extra     int `json:"extra"`
	Entries   int `json:"target_entries"`
}

// Bytes is how much there is to copy, as far as sizes are known.
func (p *Plan) Bytes() int64 {
	var n int64
	for i := range p.Actions {
		if a := &p.Actions[i]; a.Do == DoCopy {
			n += max(a.Source.Size, 0)
		}
	}
	return n
}

// Count is how many actions there are of a kind.
func (p *Plan) Count(do Do) int {
	n := 0
	for i := range p.Actions {
		if p.Actions[i].Do == do {
			n++
		}
	}
	return n
}

// Faulty says that the target will not be all that it should be even if every
// action succeeds.
func (p *Plan) Faulty() bool {
	for _, n := range p.Notes {
		if n.Fault {
			return true
		}
	}
	return false
}

// CheckLimit takes out all removals, and what needs them, if they are more than
// may be; it is for a Plan that was read. (Make has done it already.)
func (p *Plan) CheckLimit(l Limit) {
	removals := p.Count(DoRemove) + p.Count(DoRmdir)
	if !l.allows(removals, p.Entries, false) {
		p.withhold(Withheld{Removals: removals, Limit: l.String()})
	}
}

// withhold takes out all removals and what comes behind the first of them, which
// needs the place.
func (p *Plan) withhold(w Withheld) {
	p.Withheld = &w
	for i := range p.Actions {
		if p.Actions[i].Do.removes() {
			p.Actions = p.Actions[:i:i]
			return
		}
	}
}

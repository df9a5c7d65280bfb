package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"ferry/internal/mirror"
)

// syncEvent is what --json prints of sync, besides the events of files.
type syncEvent struct {
	Event  string `json:"event"`
	Do     string `json:"do,omitempty"`
	Path   string `json:"path,omitempty"`
	Size   *int64 `json:"size,omitempty"`
	Why    string `json:"why,omitempty"`
	Fault  bool   `json:"fault,omitempty"`
	Error  string `json:"error,omitempty"`
	Status int    `json:"status,omitempty"`
}

// object prints an object on a line.
func (s *syncing) object(v any) {
	if line, err := json.Marshal(v); err == nil {
		_, _ = s.stdout.Write(append(line, '\n')) // the work goes on without its reader
	}
}

// notes tells what is left out.
func (s *syncing) notes(plan *mirror.Plan) {
	for _, n := range plan.Notes {
		switch {
		case s.flags.json:
			s.object(syncEvent{Event: "skip", Path: string(n.Path), Why: n.Why, Fault: n.Fault})
		case n.Fault:
			fmt.Fprintf(s.stderr, "ferry: %s: left out: %s\n", printable(string(n.Path)), printable(n.Why))
		default:
			fmt.Fprintf(s.stderr, "%s: left out: %s\n", printable(string(n.Path)), printable(n.Why))
		}
	}
}

// show prints a plan.
func (s *syncing) show(plan *mirror.Plan) {
	for i := range plan.Actions {
		a := &plan.Actions[i]
		e := syncEvent{Event: "would", Do: string(a.Do), Path: string(a.Path), Why: a.Why}
		text := fmt.Sprintf("%-6s  %s", a.Do, printable(string(a.Path)))
		if a.Do == mirror.DoCopy {
			text += fmt.Sprintf("  (%s)", a.Why)
			if a.Source.Size >= 0 {
				e.Size = &a.Source.Size
				text = strings.TrimSuffix(text, ")") + fmt.Sprintf(", %d bytes)", a.Source.Size)
			}
		}
		if s.flags.json {
			s.object(e)
		} else {
			fmt.Fprintln(s.stdout, text)
		}
	}
	s.would(plan)
}

// would says what would come of a plan.
func (s *syncing) would(plan *mirror.Plan) {
	would := mirror.Summary{
		Copied: plan.Count(mirror.DoCopy), Made: plan.Count(mirror.DoMkdir), Timed: plan.Count(mirror.DoTimes),
		Removed: plan.Count(mirror.DoRemove) + plan.Count(mirror.DoRmdir),
	}
	s.summary(plan, &would, true)
}

// syncSummary is what --json prints at the end.
type syncSummary struct {
	Event     string `json:"event"`
	DryRun    bool   `json:"dry_run,omitempty"`
	Copied    int    `json:"copied"`
	Bytes     int64  `json:"planned_bytes"`
	Made      int    `json:"made"`
	Removed   int    `json:"removed"`
	Timed     int    `json:"times_set"`
	Unchanged int    `json:"unchanged"`
	Extra     int    `json:"extra"`
	LeftOut   int    `json:"left_out"`
	Withheld  int    `json:"withheld"`
	Failed    int    `json:"failed"`
	Refused   int    `json:"refused"`
	NotBegun  int    `json:"not_begun"`
}

// summary says what came of it, or under dry what would.
func (s *syncing) summary(plan *mirror.Plan, done *mirror.Summary, dry bool) {
	withheld := 0
	if plan.Withheld != nil {
		withheld = plan.Withheld.Removals
	}
	if s.flags.json {
		s.object(syncSummary{
			Event: "summary", DryRun: dry, Copied: done.Copied, Bytes: plan.Bytes(), Made: done.Made, Removed: done.Removed, Timed: done.Timed,
			Unchanged: plan.Unchanged + done.Already, Extra: plan.Extra, LeftOut: len(plan.Notes), Withheld: withheld,
			Failed: done.Failed, Refused: done.Refused, NotBegun: done.Left,
		})
		return
	}
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{done.Copied, "%d copied"},
		{done.Made, "%d directories made"},
		{done.Removed, "%d removed"},
		{done.Timed, "%d given their time"},
		{plan.Unchanged + done.Already, "%d unchanged"},
		{plan.Extra, "%d only in the target"},
		{len(plan.Notes), "%d left out"},
		{withheld, "%d not removed"},
		{done.Failed, "%d failed"},
		{done.Refused, "%d refused"},
		{done.Left, "%d not begun"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf(part.text, part.n))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing to do"}
	}
	text := strings.Join(parts, ", ")
	if dry {
		text = "would be: " + text
	}
	fmt.Fprintln(s.stdout, text)
}

// syncTeller tells of one thing after the other what goes on at once.
type syncTeller struct {
	*syncing
	turn sync.Mutex
}

// event tells of what was done to the target.
func (s *syncTeller) event(e mirror.Event) {
	s.turn.Lock()
	defer s.turn.Unlock()
	path := printable(e.Path)
	switch {
	case s.flags.json:
		o := syncEvent{Event: e.Kind, Do: string(e.Do), Path: e.Path, Why: e.Why}
		if e.Err != nil {
			o.Error, o.Status = shortly(e.Err), statusOf(e.Err)
		}
		s.object(o)
	case e.Kind == "error":
		fmt.Fprintf(s.stderr, "ferry: %s %s: %s\n", e.Do, path, shortly(e.Err))
	case e.Kind == "warning":
		fmt.Fprintf(s.stderr, "ferry: warning: %s\n", printable(e.Why))
	default:
		fmt.Fprintf(s.stdout, "%s %s\n", e.Kind, path)
	}
}

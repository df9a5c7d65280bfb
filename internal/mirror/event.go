package mirror

import "errors"

// Errors of carrying a Plan out.
var (
	// ErrChanged is an action that was refused: source or target are not what
	// they were when the Plan was made.
	ErrChanged = errors.New("it has changed since the plan was made")
	// ErrSome says that some actions of several failed; each had its event.
	ErrSome = errors.New("not everything was done")
)

// Event is something that happened to the target, besides the copying of files,
// of which package carry tells.
type Event struct {
	// Kind is what was done ("mkdir", "times", "remove", "rmdir"), or "error",
	// or "warning", which is about no single file.
	Kind string
	Path string
	Do   Do    // of "error": what was to be done
	Err  error // of "error"
	Why  string
}

// Summary is what came of a Plan.
type Summary struct {
	// Copied, Made, Removed and Timed count files and directories; Failed
	// counts actions that failed, Refused those that were not tried because
	// something had changed, Left those that nobody began.
	Copied, Made, Removed, Timed   int
	Failed, Refused, Left, Already int
}

// count notes an action that was done.
func (s *Summary) count(do Do) {
	switch do {
	case DoCopy:
		s.Copied++
	case DoMkdir:
		s.Made++
	case DoTimes:
		s.Timed++
	case DoRemove, DoRmdir:
		s.Removed++
	}
}

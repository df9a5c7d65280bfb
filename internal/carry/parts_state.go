package carry

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// A file that comes in several ranges at once has holes until it is whole. It has
// therefore another name than one that grows from its beginning (PART and an "s"),
// and a file beside it that says what is missing. Without that, or with one that
// does not fit, it counts for nothing.
const (
	partsSuffix = "s"
	stateSuffix = "s.state"
	newSuffix   = ".new" // behind the other, while it is written
)

// maxState is how long such a file may be; it has a range for each connection.
const maxState = 1 << 20

// partsState is what is kept beside a file in parts.
type partsState struct {
	Size int64      `json:"size"`
	Time time.Time  `json:"time,omitzero"` // of the server's file; zero is unknown
	Left [][2]int64 `json:"left"`
}

// loadParts reads the state of an earlier attempt; nil is none that counts.
func loadParts(f *file) *partsState {
	info, err := f.root.Lstat(f.part + stateSuffix)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxState {
		return nil
	}
	text, err := f.root.ReadFile(f.part + stateSuffix)
	if err != nil {
		return nil
	}
	var s partsState
	if err := json.Unmarshal(text, &s); err != nil || !s.sound() {
		return nil
	}
	data, err := f.root.Lstat(f.part + partsSuffix)
	if err != nil || !data.Mode().IsRegular() || data.Size() != s.Size {
		return nil
	}
	return &s
}

// sound reports ranges in order, within the file.
func (s *partsState) sound() bool {
	before := int64(0)
	for _, l := range s.Left {
		if l[0] < before || l[1] <= l[0] {
			return false
		}
		before = l[1]
	}
	return s.Size > 0 && before <= s.Size
}

// fits says whether it is of the server's file as that is now.
func (s *partsState) fits(f *file, now time.Time) error {
	if s.Size != f.size || !s.Time.IsZero() && !now.IsZero() && !s.Time.Equal(now) {
		return fmt.Errorf("%w: %s is of another file: the server's has changed since", ErrResume, f.part+partsSuffix)
	}
	return nil
}

// save writes the state in one step. The content that it speaks of must be on the
// disk before.
func (s *partsState) save(f *file) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	name := f.part + stateSuffix
	if err := f.root.WriteFile(name+newSuffix, append(text, '\n'), 0o666); err != nil {
		return local(ErrLocalWrite, err)
	}
	return local(ErrLocalWrite, f.root.Rename(name+newSuffix, name))
}

// dropParts removes what is there of a file in parts.
func dropParts(f *file) error {
	var failed error
	for _, suffix := range []string{stateSuffix, stateSuffix + newSuffix, partsSuffix} {
		if err := f.root.Remove(f.part + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return local(ErrLocalWrite, failed)
}

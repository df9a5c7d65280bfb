package mirror

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// planVersion is that of the form in which a Plan is written.
const planVersion = 1

// maxPlan is how long the text of a Plan may be.
const maxPlan = 512 << 20

// ErrPlan is wrapped by the errors of ReadPlan.
var ErrPlan = errors.New("bad plan")

// planFile is the form of a Plan in a file.
type planFile struct {
	Version int `json:"ferry_sync_plan"`
	*Plan
}

// Write writes a Plan as JSON, for ReadPlan and to be read.
func (p *Plan) Write(w io.Writer) error {
	if p.Actions == nil {
		p.Actions = []Action{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(planFile{planVersion, p})
}

// ReadPlan reads what Write has written. It takes nothing that Write cannot have
// written in form: unknown members, actions that make no sense, and pathnames that
// lead out of the target are errors.
func ReadPlan(r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxPlan:
		return nil, fmt.Errorf("%w: it is longer than %d MiB", ErrPlan, maxPlan>>20)
	}
	var version struct {
		Version *int `json:"ferry_sync_plan"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, planError(text, err)
	}
	switch {
	case version.Version == nil:
		return nil, fmt.Errorf(`%w: it is none: the member "ferry_sync_plan" is missing`, ErrPlan)
	case *version.Version != planVersion:
		return nil, fmt.Errorf("%w: it has version %d, this is for version %d: make it anew", ErrPlan, *version.Version, planVersion)
	}
	file := planFile{Plan: &Plan{}}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, planError(text[:min(int(d.InputOffset()), len(text))], err)
	}
	return file.Plan, file.check()
}

// planError says where in the text JSON is wrong.
func planError(text []byte, err error) error {
	at := len(text)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset)
	} else if typ, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at = int(typ.Offset)
	}
	line := 1 + bytes.Count(text[:min(at, len(text))], []byte{'\n'})
	return fmt.Errorf("%w: line %d: %w", ErrPlan, line, err)
}

// check refuses actions that Make cannot have planned.
func (p *Plan) check() error {
	if p.From == "" || p.To == "" {
		return fmt.Errorf(`%w: "from" and "to" must name the two trees`, ErrPlan)
	}
	if p.Entries < 0 || p.Unchanged < 0 || p.Extra < 0 {
		return fmt.Errorf("%w: a count is negative", ErrPlan)
	}
	type place struct {
		path   Path
		remove bool
	}
	seen := make(map[place]int, len(p.Actions))
	for i := range p.Actions {
		a := &p.Actions[i]
		err := a.check()
		here := place{a.Path, a.Do.removes()}
		if other, twice := seen[here]; err == nil && twice {
			err = fmt.Errorf("action %d is about it already", other+1)
		}
		seen[here] = i
		if err != nil {
			return fmt.Errorf("%w: action %d, %s %q: %w", ErrPlan, i+1, a.Do, a.Path, err)
		}
	}
	return nil
}

// check refuses an action that makes no sense.
func (a *Action) check() error {
	if a.Path != "." || a.Do != DoMkdir {
		if err := a.Path.check(); err != nil {
			return fmt.Errorf("the path %w", err)
		}
	}
	for _, s := range []*State{a.Source, a.Target} {
		if err := s.check(); err != nil {
			return err
		}
	}
	source, target := a.Source.kind(), a.Target.kind()
	var ok bool
	var want string
	switch a.Do {
	case DoMkdir:
		ok, want = source == Folder && target == "", "a directory as source, and no target"
	case DoCopy:
		ok, want = source == File && (target == "" || target == File), "a file as source, and a file or nothing as target"
	case DoTimes:
		ok, want = source == File && target == File, "files as source and target"
	case DoRemove:
		ok, want = target == File || target == Link, "a file or link as target"
	case DoRmdir:
		ok, want = target == Folder, "a directory as target"
	default:
		return errors.New("there is no such action")
	}
	if !ok {
		return errors.New("it needs " + want)
	}
	return nil
}

// kind is that of a state; "" of none.
func (s *State) kind() Kind {
	if s == nil {
		return ""
	}
	return s.Kind
}

func (s *State) check() error {
	if s == nil {
		return nil
	}
	switch s.Kind {
	case File, Folder, Link, Other:
	default:
		return fmt.Errorf("there is no type %q", s.Kind)
	}
	if s.Size < -1 || s.Precision < 0 {
		return errors.New("a size or precision is negative")
	}
	return nil
}

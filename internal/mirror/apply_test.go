package mirror

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// files carries files without a server: a download writes as many bytes as it is
// told, an upload is noted.
type files struct {
	mu      sync.Mutex
	uploads []string
	fails   string
}

var errNo = errors.New("no")

func (f *files) DownloadFile(_ context.Context, remote string, size int64, root *os.Root, name string) error {
	if remote == f.fails {
		return errNo
	}
	return root.WriteFile(name, bytes.Repeat([]byte{'n'}, int(max(size, 0))), 0o666)
}

func (f *files) UploadFile(_ context.Context, root *os.Root, name, remote string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uploads = append(f.uploads, name+">"+remote)
	return nil
}

// find lists the files below a directory.
func find(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if rel, relErr := filepath.Rel(dir, name); relErr == nil && rel != "." {
			found = append(found, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// replay writes a plan and reads it again.
func replay(t *testing.T, p *Plan) *Plan {
	t.Helper()
	p.From, p.To = "x", "y"
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		t.Fatal(err)
	}
	again, err := ReadPlan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// serve has a server with these listings, and a mirror of it.
func serve(t *testing.T, of map[string]string) (*scripted, *Mirror, *files) {
	t.Helper()
	s := &scripted{list: listings(of)}
	m := s.start(t)
	f := &files{}
	m.Files = f
	m.Options.Limit = Limit{Set: true, N: 100, Percent: true}
	return s, m, f
}

// TestApply makes the local tree that of the server, and finds nothing to do then.
func TestApply(t *testing.T) {
	_, m, _ := serve(t, map[string]string{
		"/base":      "type=dir; d\r\ntype=file;size=3;" + anHour + " f\r\ntype=file;size=1;" + anHour + " was\r\ntype=dir; e\r\n",
		"/base/d":    "type=dir; d2\r\n",
		"/base/e":    "type=file;size=2;" + anHour + " g\r\n",
		"/base/d/d2": "",
	})
	here(t, m, "e", "was/x/y", "gone/z")
	for range 2 {
		p, err := m.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Apply(t.Context(), p, false); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := find(t, m.Local), []string{"d", "d/d2", "e", "e/g", "f", "was"}; !slices.Equal(got, want) {
		t.Errorf("there is %q, want %q", got, want)
	}
	if got := planned(t, m); len(got) != 0 {
		t.Errorf("there is left to do: %q", got)
	}
}

// TestApplyFailure has a file fail: the others are brought, and nothing is removed.
func TestApplyFailure(t *testing.T) {
	_, m, f := serve(t, map[string]string{"/base": "type=file;size=3; a\r\ntype=file;size=3; b\r\n"})
	f.fails = "base/a"
	here(t, m, "old")
	p, err := m.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done, err := m.Apply(t.Context(), p, false)
	if !errors.Is(err, ErrSome) || !errors.Is(err, errNo) || done.Copied != 1 || done.Failed != 1 || done.Left != 1 {
		t.Errorf("it comes to %+v, %v", done, err)
	}
	if got := find(t, m.Local); !slices.Equal(got, []string{"b", "old"}) {
		t.Errorf("there is %q", got)
	}
}

// TestReplayChanged carries plans out after something has changed.
func TestReplayChanged(t *testing.T) {
	text := func(size string) string {
		return "type=file;size=" + size + ";" + anHour + " f\r\n"
	}
	for _, tt := range []struct {
		name   string
		change func(m *Mirror, of map[string]string) error
		want   []string
		err    error
	}{
		{"nothing", func(*Mirror, map[string]string) error { return nil }, []string{"f"}, nil},
		{"target file", func(m *Mirror, _ map[string]string) error {
			return os.WriteFile(filepath.Join(m.Local, "old"), []byte("mine now"), 0o666)
		}, []string{"f", "old"}, ErrChanged},
		{"target file appears", func(m *Mirror, _ map[string]string) error {
			return os.WriteFile(filepath.Join(m.Local, "f"), []byte("mine"), 0o666)
		}, []string{"f", "old"}, ErrChanged},
		{"done by another", func(m *Mirror, _ map[string]string) error {
			name := filepath.Join(m.Local, "f")
			return errors.Join(os.WriteFile(name, []byte("new"), 0o666), os.Chtimes(name, time.Time{}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		}, []string{"f"}, nil},
		{"target file gone", func(m *Mirror, _ map[string]string) error { return os.Remove(filepath.Join(m.Local, "old")) }, []string{"f"}, nil},
		{"source file", func(_ *Mirror, of map[string]string) error { of["/base"] = text("4"); return nil }, []string{"old"}, ErrChanged},
		{"source file gone", func(_ *Mirror, of map[string]string) error { of["/base"] = ""; return nil }, []string{"old"}, ErrChanged},
		{"source has what is to be removed", func(_ *Mirror, of map[string]string) error {
			of["/base"] += "type=file;size=1; old\r\n"
			return nil
		}, []string{"f", "old"}, ErrChanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			of := map[string]string{"/base": text("3")}
			_, m, _ := serve(t, of)
			here(t, m, "old")
			p, err := m.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.change(m, of); err != nil {
				t.Fatal(err)
			}
			if done, err := m.Apply(t.Context(), replay(t, p), true); !errors.Is(err, tt.err) || tt.err == nil && err != nil {
				t.Errorf("it comes to %+v, %v", done, err)
			}
			if got := find(t, m.Local); !slices.Equal(got, tt.want) {
				t.Errorf("there is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPlanStaysInside has plans that lead out of the target by symbolic links.
func TestPlanStaysInside(t *testing.T) {
	file := &State{Kind: File, Size: 1}
	dir := &State{Kind: Folder, Size: -1}
	t.Run("here", func(t *testing.T) {
		_, m, _ := serve(t, map[string]string{"/base": "type=dir; l\r\n", "/base/l": "type=file;size=1; new\r\ntype=dir; d\r\n", "/base/l/d": ""})
		here(t, m)
		outside := t.TempDir()
		if err := os.WriteFile(filepath.Join(outside, "victim"), []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(m.Local, "l")); err != nil {
			t.Skipf("no symbolic links: %v", err)
		}
		for _, a := range []Action{
			{Do: DoCopy, Path: "l/new", Source: file},
			{Do: DoMkdir, Path: "l/d", Source: dir},
			{Do: DoRemove, Path: "l/victim", Target: file},
			{Do: DoRmdir, Path: "l", Target: dir},
		} {
			for _, check := range []bool{true, false} {
				p := replay(t, &Plan{Times: true, Actions: []Action{a}})
				if done, err := m.Apply(t.Context(), p, check); err == nil {
					t.Errorf("%v %s succeeded: %+v", a.Do, a.Path, done)
				}
			}
		}
		if got := find(t, outside); !slices.Equal(got, []string{"victim"}) {
			t.Errorf("outside there is %q", got)
		}
	})
	t.Run("server", func(t *testing.T) {
		s, m, f := serve(t, map[string]string{"/base": "type=OS.unix=slink:/etc; l\r\n", "/base/l": "type=file;size=1; victim\r\n"})
		m.Upload = true
		here(t, m, "l/new", "l/d/")
		info, err := os.Stat(filepath.Join(m.Local, "l/new"))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []Action{
			{Do: DoCopy, Path: "l/new", Source: stateOfInfo(info)}, {Do: DoMkdir, Path: "l/d", Source: dir}, {Do: DoRemove, Path: "l/victim", Target: file},
		} {
			p := replay(t, &Plan{Actions: []Action{a}})
			if done, err := m.Apply(t.Context(), p, true); !errors.Is(err, ErrChanged) {
				t.Errorf("%v %s comes to %+v, %v", a.Do, a.Path, done, err)
			}
		}
		if len(f.uploads) > 0 || len(s.changes) > 0 {
			t.Errorf("it did %q %q", f.uploads, s.changes)
		}
	})
}

// TestReplayAgain carries a plan out twice, into a target that was not there: the
// second time all is done already.
func TestReplayAgain(t *testing.T) {
	_, m, _ := serve(t, map[string]string{"/base": "type=dir; d\r\n", "/base/d": "type=file;size=1;" + anHour + " f\r\n"})
	p, err := m.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for again := range 2 {
		done, err := m.Apply(t.Context(), replay(t, p), true)
		if err != nil || done.Already != again*3 {
			t.Errorf("it comes to %+v, %v", done, err)
		}
	}
	if got := find(t, m.Local); !slices.Equal(got, []string{"d", "d/f"}) {
		t.Errorf("there is %q", got)
	}
}

// TestReadPlan refuses what no plan is.
func TestReadPlan(t *testing.T) {
	plan := func(action string) string {
		return `{"ferry_sync_plan":1,"from":"a","to":"b","actions":[` + action + `]}`
	}
	remove := func(path string) string {
		return plan(`{"do":"remove","path":` + path + `,"target":{"type":"file","size":1}}`)
	}
	for _, tt := range []struct{ text, want string }{
		{"", "line 1"},
		{"{}", "is missing"},
		{"[]", "line 1"},
		{`{"ferry_sync_plan":2}`, "version 2"},
		{`{"ferry_sync_plan":1}`, `"from" and "to"`},
		{"{\"ferry_sync_plan\":1,\n\"from\":}", "line 2"},
		{plan("") + "x", "line 1"},
		{strings.Replace(plan(""), `"from"`, `"form"`, 1), `unknown field "form"`},
		{remove(`"../x"`), `the element ".."`},
		{remove(`"/etc/passwd"`), `the element ""`},
		{remove(`"a/../../b"`), `the element ".."`},
		{remove(`"a/"`), `the element ""`},
		{remove(`"."`), `the element "."`},
		{remove(`""`), `the element ""`},
		{remove(`"a\u0000b"`), "control character"},
		{remove(`"a\r\nDELE b"`), "control character"},
		{remove(`{"base64":"Li4veA=="}`), `the element ".."`},
		{remove(`{"base64":"%"}`), "illegal base64"},
		{remove(`{"bytes":"x"}`), "a path is a string"},
		{remove(`"` + strings.Repeat("d/", maxDepth) + `x"`), "more than"},
		{plan(`{"do":"remove","path":"a"}`), "a file or link as target"},
		{plan(`{"do":"remove","path":"a","target":{"type":"dir","size":-1}}`), "a file or link as target"},
		{plan(`{"do":"copy","path":"a"}`), "a file as source"},
		{plan(`{"do":"mkdir","path":"a","source":{"type":"file","size":1}}`), "a directory as source"},
		{plan(`{"do":"chmod","path":"a"}`), "no such action"},
		{plan(`{"do":"copy","path":"a","source":{"type":"socket","size":1}}`), `no type "socket"`},
		{plan(`{"do":"copy","path":"a","source":{"type":"file","size":-2}}`), "negative"},
		{plan(`{"do":"copy","path":"a","source":{"type":"file","size":1}},{"do":"copy","path":"a","source":{"type":"file","size":1}}`), "action 1 is about it already"},
	} {
		_, err := ReadPlan(strings.NewReader(tt.text))
		if err == nil || !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\nis %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestPlanBytes keeps names that are no text.
func TestPlanBytes(t *testing.T) {
	p := replay(t, &Plan{Actions: []Action{{Do: DoRemove, Path: "a\xff/b", Target: &State{Kind: File}}}})
	if p.Actions[0].Path != "a\xff/b" {
		t.Errorf("the path is %q", p.Actions[0].Path)
	}
}

func FuzzReadPlan(f *testing.F) {
	f.Add(`{"ferry_sync_plan":1,"from":"a","to":"b","actions":[{"do":"remove","path":"a","target":{"type":"file","size":1}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPlan(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, a := range p.Actions {
			if name := filepath.Join("/base", string(a.Path)); name != "/base" && !strings.HasPrefix(name, "/base/") {
				t.Errorf("%q leads out", a.Path)
			}
		}
		replay(t, p)
	})
}

package mirror

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
)

// TestChecksum compares by checksums: what is equal only gets its time, and that
// once.
func TestChecksum(t *testing.T) {
	const ofX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // SHA-256 of "x"
	s := &scripted{
		features: []string{"MLST type*;size*;modify*;", "HASH SHA-256*;SHA-1"},
		list: listings(map[string]string{
			"/base":   "type=dir; d\r\ntype=file;size=1;" + anHour + " other\r\ntype=file;size=2;" + anHour + " longer\r\n",
			"/base/d": "type=file;size=1;" + anHour + " same\r\n",
		}),
		say: func(verb, arg string) string {
			switch {
			case verb == "HASH" && arg == "base/d/same":
				return "213 SHA-256 0-1 " + ofX + " same"
			case verb == "HASH" && arg == "base/other":
				return "213 SHA-256 0-1 " + strings.Repeat("0", 64) + " other"
			case verb == "HASH":
				t.Errorf("HASH of %q", arg)
			}
			return ""
		},
	}
	m := s.start(t)
	m.Options.Checksum, m.Files = true, &files{}
	here(t, m, "d/same", "other", "longer")
	p, err := m.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told(p), []string{"copy longer size", "copy other checksum", "times d/same"}; !slices.Equal(got, want) {
		t.Errorf("the plan is %q, want %q", got, want)
	}
	if _, err := m.Apply(t.Context(), p, false); err != nil {
		t.Fatal(err)
	}
	m.Options.Checksum = false
	if got := planned(t, m); len(got) != 0 {
		t.Errorf("by its time there is left to do: %q", got)
	}
	if at := p.Actions[2].Source; !at.Time.Equal(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) || at.Sum != "SHA-256:"+ofX {
		t.Errorf("the plan has %+v", at)
	}
}

// TestChecksumWithoutServer has a server that makes none.
func TestChecksumWithoutServer(t *testing.T) {
	m := (&scripted{list: listings(map[string]string{"/base": "type=file;size=1; a\r\n"})}).start(t)
	m.Options.Checksum = true
	here(t, m, "a")
	if _, err := m.Plan(t.Context()); !errors.Is(err, ErrNoSums) {
		t.Errorf("the plan: %v", err)
	}
}

// TestTimesThatAreNotKept has a server that knows MFMT and refuses it to this user:
// a file that is newer there is taken for one that was copied.
func TestTimesThatAreNotKept(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		asked := 0
		s := &scripted{
			list: listings(map[string]string{"/base": "type=file;size=1;modify=20400101000000; a\r\ntype=file;size=1;modify=20400101000000; b\r\n"}),
			say: func(verb, arg string) string {
				if verb != "MFMT" {
					return ""
				}
				if asked++; arg != "20400101000000 base/a" {
					t.Errorf("MFMT %s", arg)
				}
				if refuses {
					return "550 not for you"
				}
				return "213 done"
			},
		}
		m := s.start(t)
		m.Upload = true
		here(t, m, "a", "b")
		want := []string{"copy a time", "copy b time"}
		if refuses {
			want = nil
		}
		if got := planned(t, m); !slices.Equal(got, want) || asked != 1 {
			t.Errorf("refused %v: the plan is %q, asked %d times", refuses, got, asked)
		}
	}
}

// TestNamesOfWindows has a server whose names have no case.
func TestNamesOfWindows(t *testing.T) {
	s := &scripted{
		list: listings(map[string]string{"/base": "type=file;size=1;modify=20400101000000; README\r\n"}), features: []string{"MLST type*;size*;modify*;"},
		say: func(verb, _ string) string {
			if verb == "SYST" {
				return "215 Windows_NT"
			}
			return ""
		},
	}
	m := s.start(t)
	m.Upload = true
	here(t, m, "readme", "ReadMe")
	if got := planned(t, m); !slices.Equal(got, []string{"fault readme"}) {
		t.Errorf("the plan is %q", got)
	}
}

// TestPoolClosed ends all at once.
func TestPoolClosed(t *testing.T) {
	_, m, _ := serve(t, map[string]string{"/base": ""})
	here(t, m)
	if err := m.Pool.Close(); err != nil {
		t.Fatal(err)
	}
	m.Upload = true
	p := &Plan{Actions: []Action{
		{Do: DoMkdir, Path: "a", Source: &State{Kind: Folder}}, {Do: DoMkdir, Path: "b", Source: &State{Kind: Folder}}, {Do: DoMkdir, Path: "c/d", Source: &State{Kind: Folder}},
	}}
	done, err := m.Apply(t.Context(), p, false)
	if !errors.Is(err, ftpclient.ErrPoolClosed) || done.Left == 0 {
		t.Errorf("it comes to %+v, %v", done, err)
	}
}

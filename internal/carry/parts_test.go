package carry

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// large is content of which no part is like another.
func large(n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b) // never fails
	return string(b)
}

// smallSegments makes small files large enough to be divided.
func smallSegments(t *testing.T) {
	usual := minSegment
	minSegment = 32 << 10
	t.Cleanup(func() { minSegment = usual })
}

// TestParts brings a file in ranges, with servers that are more or less able to.
func TestParts(t *testing.T) {
	smallSegments(t)
	want := large(7<<16 + 123)
	for name, c := range map[string]struct {
		deaf, refuses, cut bool
		listed             int // the size that MLST tells, 0 is the right one
		fails              error
	}{
		"plain":           {},
		"broken once":     {cut: true},
		"REST for naught": {deaf: true},
		"REST refused":    {refuses: true},
		"listed longer":   {listed: 9 << 16, fails: ErrPartial},
		"listed shorter":  {listed: 5 << 16},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{files: map[string]string{"f": want}, deaf: c.deaf}
			s.cut.Store(c.cut)
			s.say = func(command string) string {
				switch {
				case strings.HasPrefix(command, "REST") && c.refuses:
					return "502 no"
				case command == "MLST f" && c.listed > 0:
					return "250-\r\n type=file;size=" + strconv.Itoa(c.listed) + "; f\r\n250 end"
				}
				return ""
			}
			s.start(t)
			j, events := s.job(t)
			j.Segments, j.Verify = 4, VerifySize
			dir := t.TempDir()
			if err := j.Download(t.Context(), "f", dir); !errors.Is(err, c.fails) {
				t.Fatal(err)
			}
			if c.fails != nil {
				if _, err := os.Lstat(filepath.Join(dir, "f")); err == nil {
					t.Error("there is a file that is not whole")
				}
				return
			}
			if got := tree(t, dir); !slices.Equal(got, []string{"f=" + want}) {
				t.Errorf("there is %.80q", got)
			}
			if n := s.got.count("REST"); n < 3 && !c.refuses && !c.deaf && c.listed == 0 || n == 0 {
				t.Errorf("only %d ranges", n)
			}
			if done := events.of("done"); len(done) != 1 || done[0].Bytes != int64(len(want)) {
				t.Errorf("done: %+v", done)
			}
		})
	}
}

// TestPartsResume goes on with a file that has holes, whichever way, and never
// takes a hole for content.
func TestPartsResume(t *testing.T) {
	smallSegments(t)
	want := large(6 << 16)
	holed := []byte(want)
	clear(holed[1<<16 : 2<<16])
	clear(holed[4<<16:])
	left := [][2]int64{{1 << 16, 2 << 16}, {4 << 16, 6 << 16}}
	state := func(size int64, left [][2]int64) string {
		text, err := json.Marshal(partsState{Size: size, Left: left})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	other := bytes.Clone(holed)
	other[1<<16-1] ^= 1
	for name, c := range map[string]struct {
		data     []byte
		state    string
		part     string // a file that grows from its beginning
		segments int
		fails    bool
		from     int64 // how much is there at the start
	}{
		"ranges":        {data: holed, state: state(6<<16, left), segments: 3, from: 3 << 16},
		"one at a time": {data: holed, state: state(6<<16, left), segments: 1, from: 3 << 16},
		"no state":      {data: holed, segments: 2},
		"bad state":     {data: holed, state: `{"size":393216,"left":[[5,4]]}`, segments: 2},
		"other size":    {data: holed, state: state(6<<16-1, left), segments: 2},
		"no data":       {state: state(6<<16, left), segments: 2},
		"other content": {data: other, state: state(6<<16, left), segments: 2, fails: true},
		"beginning":     {part: want[:3<<16], segments: 3, from: 3 << 16},
		"all but":       {part: want, segments: 3, from: 6<<16 - 1},
		"other part":    {part: string(other[:3<<16-1]) + "x", segments: 3, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{files: map[string]string{"f": want}}
			s.start(t)
			j, events := s.job(t)
			j.Resume, j.Segments = true, c.segments
			dir := t.TempDir()
			for suffix, text := range map[string]string{partsSuffix: string(c.data), stateSuffix: c.state, "": c.part} {
				if text != "" {
					if err := os.WriteFile(filepath.Join(dir, "f"+partSuffix+suffix), []byte(text), 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := tree(t, dir)
			err := j.Download(t.Context(), "f", dir)
			if errors.Is(err, ErrResume) != c.fails || !c.fails && err != nil {
				t.Fatal(err)
			}
			if c.fails {
				if got := tree(t, dir); c.part != "" && !slices.Equal(got, before) {
					t.Error("what was there has changed")
				}
				return
			}
			if got := tree(t, dir); !slices.Equal(got, []string{"f=" + want}) {
				t.Errorf("there is %.80q", got)
			}
			if started := events.of("start"); len(started) != 1 || started[0].From != c.from {
				t.Errorf("start: %+v", started)
			}
		})
	}
}

// TestPartsInterrupted breaks a download off for good, and goes on later.
func TestPartsInterrupted(t *testing.T) {
	smallSegments(t)
	want := large(8 << 16)
	s := &scripted{files: map[string]string{"f": want}}
	var retr atomic.Int32
	s.say = func(command string) string {
		if n := retr.Load(); strings.HasPrefix(command, "RETR") && n < 10 && retr.Add(1) > 2 {
			return "550 not now"
		}
		return ""
	}
	s.start(t)
	j, _ := s.job(t)
	j.Segments = 4
	dir := t.TempDir()
	if err := j.Download(t.Context(), "f", dir); err == nil {
		t.Fatal("it did not fail")
	}
	if _, err := os.Lstat(filepath.Join(dir, "f")); err == nil {
		t.Error("there is a file that is not whole")
	}
	retr.Store(10)
	j.Resume = true
	if err := j.Download(t.Context(), "f", dir); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); !slices.Equal(got, []string{"f=" + want}) {
		t.Errorf("there is %.80q", got)
	}
}

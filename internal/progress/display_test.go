package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/internal/carry"
)

// stage is a Display on a terminal, with a clock that the test turns and nothing
// that draws by itself.
type stage struct {
	*Display
	term *terminal
	now  time.Time
}

func newStage(t *testing.T, width, height int) *stage {
	t.Helper()
	s := &stage{term: newTerminal(width, height), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	cfg := Config{
		Stdout: s.term, Stderr: s.term, Failures: true,
		Explain: error.Error, Status: func(error) int { return 7 },
	}
	s.Display = newDisplay(cfg, newBars(s.term, s.term.size), true, func() time.Time { return s.now })
	t.Cleanup(func() {
		s.Close()
		if len(s.term.strange) > 0 {
			t.Errorf("the terminal got what it does not know: %q", s.term.strange)
		}
	})
	return s
}

// after lets time pass.
func (s *stage) after(d time.Duration) { s.now = s.now.Add(d) }

func (s *stage) want(t *testing.T, want string) {
	t.Helper()
	if got := s.term.text(); got != want {
		t.Errorf("the terminal shows\n%s\nwant\n%s", got, want)
	}
}

// download is an event of a download.
func download(kind, name string, bytes, total int64) carry.Event {
	return carry.Event{Kind: kind, Remote: "pub/" + name, Local: name, Bytes: bytes, Total: total, Elapsed: 2 * time.Millisecond}
}

func TestOneFile(t *testing.T) {
	s := newStage(t, 80, 24)
	s.Event(download("start", "big.iso", 0, 100<<20))
	s.draw()
	s.want(t, "") // it may be over in a moment
	s.after(time.Second)
	s.Event(download("progress", "big.iso", 25<<20, 100<<20))
	s.draw()
	s.want(t, "pub/big.iso                 [==>--------]   25%   25.0M/100M  25.0M/s      0:03\n")
	s.after(time.Second)
	s.Event(download("progress", "big.iso", 50<<20, 100<<20))
	s.draw()
	s.want(t, "pub/big.iso                 [=====>-----]   50%   50.0M/100M  25.0M/s      0:02\n")
	s.Event(download("done", "big.iso", 100<<20, 100<<20))
	s.Close()
	s.want(t, "pub/big.iso -> big.iso  104857600 bytes in 2ms\n")
}

func TestUnknownTotal(t *testing.T) {
	s := newStage(t, 80, 24)
	s.Event(download("start", "pipe", 0, -1))
	s.after(time.Second)
	s.Event(download("progress", "pipe", 3<<20, -1))
	s.draw()
	s.want(t, "pub/pipe                                                3.0M   3.0M/s\n")
}

func TestSeveralFiles(t *testing.T) {
	s := newStage(t, 80, 24)
	s.Expect(4, 4000)
	s.Event(download("start", "a", 0, 1000))
	s.Event(download("start", "b", 0, 1000))
	s.after(time.Second)
	s.Event(download("progress", "a", 500, 1000))
	s.Event(download("progress", "b", 250, 1000))
	s.draw()
	s.want(t, ""+
		"pub/a                       [=====>-----]   50%     500/1000    500/s      0:01\n"+
		"pub/b                       [==>--------]   25%     250/1000    250/s      0:03\n"+
		"0/4 files                   [=>---------]   18%     750/3.9K    750/s      0:05\n")
	s.Event(download("done", "a", 1000, 1000))
	s.Event(carry.Event{Kind: "skip", Remote: "pub/c", Local: "c", Total: -1, Why: "it is there already, whole"})
	s.draw()
	s.want(t, ""+
		"pub/a -> a  1000 bytes in 2ms\n"+
		"pub/c: left out: it is there already, whole\n"+
		"pub/b                       [==>--------]   25%     250/1000    250/s      0:03\n"+
		"2/4 files                   [==>--------]   31%    1.2K/3.9K    750/s      0:04\n")
	s.Event(carry.Event{Kind: "error", Remote: "pub/b", Local: "b", Total: 1000, Err: errors.New("it broke")})
	s.after(time.Second)
	s.Close()
	s.want(t, ""+
		"pub/a -> a  1000 bytes in 2ms\n"+
		"pub/c: left out: it is there already, whole\n"+
		"ferry: pub/b: it broke\n"+
		"1 file, 1000 in 2s, 625/s; 1 left out; 1 failed\n")
}

// TestSmallFiles has files that are over before anybody could look: they have lines,
// and no row but that of all.
func TestSmallFiles(t *testing.T) {
	s := newStage(t, 80, 10)
	var want strings.Builder
	for i := range 2000 {
		name := fmt.Sprint("f", i)
		s.Event(download("start", name, 0, 10))
		s.after(time.Millisecond)
		s.Event(download("done", name, 10, 10))
		fmt.Fprintf(&want, "pub/%s -> %s  10 bytes in 2ms\n", name, name)
		if i%200 == 199 {
			s.draw()
		}
	}
	s.want(t, want.String()+"2000/2000 files                                        19.5K   9.8K/s\n")
	if s.term.writes > 20 {
		t.Errorf("%d writes for 10 drawings", s.term.writes)
	}
	s.Close()
	s.want(t, want.String()+"2000 files, 19.5K in 2s, 9.8K/s\n")
}

// TestManyLines has more lines than may wait for a drawing.
func TestManyLines(t *testing.T) {
	s := newStage(t, 80, 10)
	long := strings.Repeat("x", 4096)
	for i := range 70 {
		s.Event(download("done", fmt.Sprint(long, i), 1, 1))
		if n := len(s.pending); n > maxPending+10000 {
			t.Fatalf("%d bytes wait", n)
		}
	}
	s.Close()
	if got := strings.Count(s.term.text(), " bytes in "); got != 70 {
		t.Errorf("%d lines, want 70", got)
	}
}

// TestMoreFilesThanRows has more files, and fewer lines of a terminal, than rows.
func TestMoreFilesThanRows(t *testing.T) {
	for _, height := range []int{1, 2, 4, 24} {
		t.Run(fmt.Sprint(height), func(t *testing.T) {
			s := newStage(t, 80, height)
			_, _ = io.WriteString(s.Stderr(), "stays\n")
			for i := range 20 {
				s.Event(download("start", fmt.Sprint("f", i), 0, 10))
			}
			for range 3 {
				s.after(time.Second)
				s.draw()
			}
			got := strings.Split(strings.TrimSuffix(s.term.text(), "\n"), "\n")
			if want := 1 + min(maxRows+1, height-1); len(got) != want || got[0] != "stays" {
				t.Errorf("%d lines, want %d:\n%s", len(got), want, s.term.text())
			}
			if height > 1 && !strings.HasPrefix(got[len(got)-1], "0/20 files ") {
				t.Errorf("the last line is not that of all files: %q", got[len(got)-1])
			}
			s.Close()
			s.want(t, "stays\n")
		})
	}
}

// TestResize makes the terminal narrower and wider between two drawings.
func TestResize(t *testing.T) {
	const height = 400 // a terminal cannot take back what has scrolled out of it
	s := newStage(t, 100, height)
	_, _ = io.WriteString(s.Stdout(), "stays\n")
	for i := range 3 {
		s.Event(download("start", strings.Repeat("long", 30)+fmt.Sprint(i), 0, 1000))
	}
	for _, width := range []int{100, 60, 30, 100, 13, 7, 1, 80, 20} {
		s.term.resize(width, height)
		s.after(time.Second)
		s.draw()
		lines := strings.Split(s.term.text(), "\n")
		if len(lines) != 6 || lines[0] != "stays" && width >= 5 || lines[5] != "" {
			t.Errorf("width %d: %d lines:\n%s", width, len(lines), s.term.text())
		}
	}
	s.Close()
	s.term.resize(80, height)
	s.want(t, "stays\n")
}

// TestWidth draws names of all kinds in all widths: no line is ever as wide as the
// terminal, and all are aligned.
func TestWidth(t *testing.T) {
	for _, name := range []string{"a", strings.Repeat("long/", 60), "日本語のファイル名はとても長いので切らなければならない.txt", "e\u0301te\u0301", "👨‍👩‍👧.png", "\x1b[2J\x1b]0;x\a\r\n\u202e.txt", "\xff\xfe"} {
		for width := 1; width < 200; width += 1 + width/40*7 {
			s := newStage(t, width, 24)
			s.Event(download("start", name, 0, 1<<40))
			s.Event(download("start", "b", 0, 10))
			s.after(time.Second)
			s.Event(download("progress", name, 1<<39, 1<<40))
			s.draw()
			if got := strings.Count(s.term.text(), "\n"); got != 3 {
				t.Fatalf("%q: width %d: %d lines:\n%s", name, width, got, s.term.text())
			}
			s.Close()
			if len(s.term.strange) > 0 {
				t.Fatalf("%q: width %d: %q", name, width, s.term.strange)
			}
		}
	}
}

func TestRetry(t *testing.T) {
	s := newStage(t, 80, 24)
	s.Event(download("start", "a", 0, 1000))
	s.after(time.Second)
	s.Event(download("progress", "a", 500, 1000))
	e := download("retry", "a", 500, 1000)
	e.Err, e.Elapsed = errors.New("it broke"), 2*time.Second
	s.Event(e)
	s.draw()
	s.want(t, ""+
		"ferry: pub/a: it broke; again in 2s\n"+
		"pub/a                       [=====>-----]   50%     500/1000    500/s      0:01\n")
	s.after(2 * time.Second)
	s.Event(download("start", "a", 500, 1000))
	s.after(time.Second)
	s.Event(download("progress", "a", 600, 1000))
	s.draw()
	s.want(t, ""+
		"ferry: pub/a: it broke; again in 2s\n"+
		"pub/a                       [======>----]   60%     600/1000    100/s      0:04\n")
}

// TestQuestion asks something while files move: the rows are away meanwhile, and
// what happens to files waits.
func TestQuestion(t *testing.T) {
	s := newStage(t, 80, 24)
	s.Event(download("start", "a", 0, 1000))
	s.after(time.Second)
	s.draw()
	const row = "pub/a                       [-----------]    0%       0/1000      0/s\n"
	s.want(t, row)
	_, _ = io.WriteString(s.Stderr(), "part of a line")
	s.want(t, row)
	resume := s.Stderr().Pause()
	s.want(t, "part of a line\n")
	_, _ = io.WriteString(s.Stderr(), "Well? ")
	s.want(t, "part of a line\nWell?")
	s.Event(download("done", "b", 1, 1))
	s.want(t, "part of a line\nWell?")
	_, _ = io.WriteString(s.Stderr(), "yes\n")
	resume()
	resume()
	s.draw()
	s.want(t, "part of a line\nWell? yes\npub/b -> b  1 bytes in 2ms\n"+row+
		"1/2 files                                                  1      0/s\n")
	s.Stdout().Pause()
	s.Close() // in the middle of a question
	s.want(t, "part of a line\nWell? yes\npub/b -> b  1 bytes in 2ms\n")
}

// TestNothingIsLost prints from everywhere at once while rows are drawn, and finds
// each line whole and once.
func TestNothingIsLost(t *testing.T) {
	term := newTerminal(70, 20)
	cfg := Config{Stdout: term, Stderr: term, Explain: error.Error, Failures: true}
	d := newDisplay(cfg, newBars(term, term.size), true, time.Now)
	go d.keepDrawing()
	const writers, lines = 6, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range lines {
				name := fmt.Sprintf("%d-%d", w, i)
				switch w % 3 {
				case 0:
					fmt.Fprintf(d.Stderr(), "warning %s\n", name)
				case 1:
					d.Event(download("start", name, 0, 1))
					d.Event(download("done", name, 1, 1))
				case 2:
					_, _ = io.WriteString(d.Stdout(), "line "+name+"\n")
					d.Event(carry.Event{Kind: "error", Remote: name, Err: errors.New("no")})
				}
				if i%10 == 0 {
					d.Stderr().Pause()()
					d.draw()
				}
				if i == 50 {
					term.resize(40+w, 20)
				}
			}
		})
	}
	wg.Wait()
	d.Close()
	d.Close()
	fmt.Fprintln(d.Stderr(), "after the end")
	d.Event(download("done", "late", 1, 1))
	found := make(map[string]int)
	for line := range strings.Lines(term.text()) {
		found[strings.TrimSuffix(line, "\n")]++
	}
	for w := range writers {
		for i := range lines {
			name := fmt.Sprintf("%d-%d", w, i)
			for _, want := range [][]string{{"warning " + name}, {"pub/" + name + " -> " + name + "  1 bytes in 2ms"}, {"line " + name, "ferry: " + name + ": no"}}[w%3] {
				if found[want] != 1 {
					t.Errorf("%q is there %d times", want, found[want])
				}
				delete(found, want)
			}
		}
	}
	delete(found, "after the end")
	delete(found, "pub/late -> late  1 bytes in 2ms")
	for line := range found {
		if !strings.HasPrefix(line, "200 files, 200 in ") {
			t.Errorf("there is a line %q", line)
		}
	}
}

// TestLines is for a person without a terminal.
func TestLines(t *testing.T) {
	var stdout, stderr bytes.Buffer
	events := []carry.Event{
		download("start", "a", 0, 10),
		download("progress", "a", 5, 10),
		{Kind: "retry", Remote: "pub/a", Local: "a", Err: errors.New("it broke"), Elapsed: time.Second},
		download("done", "a", 10, 10),
		{Kind: "skip", Upload: true, Remote: "in/\x1b[m", Local: "\x1b[2J", Why: "it is a link"},
		{Kind: "error", Remote: "c", Err: errors.New("refused")},
	}
	for _, failures := range []bool{true, false} {
		stdout.Reset()
		stderr.Reset()
		d := New(Config{Stdout: &stdout, Stderr: &stderr, Failures: failures, Explain: error.Error})
		for _, e := range events {
			d.Event(e)
		}
		fmt.Fprint(d.Stderr(), "no end")
		d.Stderr().Pause()()
		d.Close()
		if got, want := stdout.String(), "pub/a -> a  10 bytes in 2ms\n\\x1b[2J: left out: it is a link\n"; got != want {
			t.Errorf("stdout %q, want %q", got, want)
		}
		want := "ferry: pub/a: it broke; again in 1s\n"
		if failures {
			want += "ferry: c: refused\n"
		}
		if got := stderr.String(); got != want+"no end" {
			t.Errorf("stderr %q, want %q", got, want)
		}
	}
}

// TestObjects is for a program.
func TestObjects(t *testing.T) {
	var stdout bytes.Buffer
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	d := newDisplay(Config{Stdout: &stdout, JSON: true, Explain: error.Error, Status: func(error) int { return 28 }}, nil, false, func() time.Time { return now })
	d.Event(download("start", "a", 0, 10))
	for i := range int64(10) {
		d.Event(download("progress", "a", i, 10))
		d.Event(download("progress", "b", i, -1))
		now = now.Add(every / 4)
	}
	e := carry.Event{Kind: "error", Upload: true, Remote: "r", Local: "l", Total: -1, Err: errors.New("late"), Mode: "epsv"}
	d.Event(e)
	d.Event(carry.Event{Kind: "skip", Remote: "s", Total: -1, Why: "it is a link"})
	d.Close()
	var got []string
	for line := range strings.Lines(stdout.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("%q is no JSON", line)
		}
		got = append(got, strings.TrimSuffix(line, "\n"))
	}
	want := []string{
		`{"event":"start","direction":"download","remote":"pub/a","local":"a","bytes":0,"total":10,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/a","local":"a","bytes":0,"total":10,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/b","local":"b","bytes":0,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/a","local":"a","bytes":4,"total":10,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/b","local":"b","bytes":4,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/a","local":"a","bytes":8,"total":10,"seconds":0.002}`,
		`{"event":"progress","direction":"download","remote":"pub/b","local":"b","bytes":8,"seconds":0.002}`,
		`{"event":"error","direction":"upload","remote":"r","local":"l","bytes":0,"mode":"epsv","error":"late","status":28}`,
		`{"event":"skip","direction":"download","remote":"s","local":"","bytes":0,"why":"it is a link"}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

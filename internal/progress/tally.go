package progress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"ferry/internal/carry"
)

const (
	// slow is how long a file takes before it has a row: many small files have
	// none.
	slow = 300 * time.Millisecond
	// maxRows is how many files have a row, the ones that began first.
	maxRows = 8
)

// key tells the file of an event from others.
type key struct {
	upload        bool
	remote, local string
}

// file is one that is being carried.
type file struct {
	name         string
	number       int // in the order of their beginning
	began        time.Time
	bytes, total int64 // total -1 is unknown
	rate         rate
}

// tally counts what events tell.
type tally struct {
	files map[key]*file
	began time.Time // of the first event

	seen                  int // files of which there was an event
	done, skipped, failed int
	settled               int64 // bytes of the files that are done
	moved                 int64 // bytes that went over the network
	rate                  rate

	expectedFiles int
	expectedBytes int64
}

// count counts an event.
func (t *tally) count(e carry.Event, now time.Time) {
	k := key{e.Upload, e.Remote, e.Local}
	if t.began.IsZero() {
		t.began = now
		t.rate.add(now, 0)
	}
	f, running := t.files[k]
	if !running {
		t.seen++
		f = &file{name: nameOf(e), number: t.seen, began: now, bytes: e.From}
	}
	f.total = e.Total
	switch e.Kind {
	case "start":
		f.bytes, f.rate = e.Bytes, rate{}
		f.rate.add(now, e.Bytes)
		t.files[k] = f
		return
	case "progress":
		t.move(f, e.Bytes)
		t.files[k] = f
		return
	case "retry":
		t.files[k] = f
		return
	case "done":
		t.move(f, e.Bytes)
		t.settled += e.Bytes
		t.done++
	case "skip":
		t.skipped++
	case "error":
		t.failed++
	}
	delete(t.files, k)
}

// move notes how far a file is.
func (t *tally) move(f *file, bytes int64) {
	t.moved += max(bytes-f.bytes, 0)
	f.bytes = bytes
}

// rows are what is to be seen now: the files that take long, and below them all
// together if there are several.
func (t *tally) rows(now time.Time) []row {
	all := t.settled
	var rows []row
	for _, f := range slices.SortedFunc(maps.Values(t.files), func(a, b *file) int { return cmp.Compare(a.number, b.number) }) {
		all += f.bytes
		f.rate.add(now, f.bytes)
		if len(rows) < maxRows && now.Sub(f.began) >= slow {
			rows = append(rows, rowOf(f.name, f.bytes, f.total, &f.rate))
		}
	}
	t.rate.add(now, t.moved)
	if max(t.seen, t.expectedFiles) < 2 || now.Sub(t.began) < slow {
		return rows
	}
	name := fmt.Sprintf("%d/%s", t.done+t.skipped+t.failed, countOf(max(t.expectedFiles, t.seen), "file"))
	total := int64(-1)
	if t.expectedFiles > 0 {
		total = max(t.expectedBytes, all)
	}
	last := rowOf(name, all, total, &t.rate)
	last.isSum = true
	return append(rows, last)
}

// summary is a line about all files; "" if there were not several.
func (t *tally) summary(now time.Time) string {
	if t.done+t.skipped+t.failed < 2 {
		return ""
	}
	elapsed := now.Sub(t.began)
	text := fmt.Sprintf("%s, %s in %s", countOf(t.done, "file"), Bytes(t.settled), brief(elapsed))
	if seconds := elapsed.Seconds(); seconds > 0 && t.moved > 0 {
		text += ", " + Bytes(int64(float64(t.moved)/seconds)) + "/s"
	}
	if t.skipped > 0 {
		text += fmt.Sprintf("; %d left out", t.skipped)
	}
	if t.failed > 0 {
		text += fmt.Sprintf("; %d failed", t.failed)
	}
	return text + "\n"
}

// countOf is "1 file" or "2 files".
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

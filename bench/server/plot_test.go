package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAxes(t *testing.T) {
	log := logarithmic("x", 4, 3600)
	if log.low != 1 || log.high != 10000 || len(log.ticks) != 5 {
		t.Errorf("the logarithmic axis is %+v", log)
	}
	if at := log.at(100); math.Abs(at-0.5) > 1e-9 {
		t.Errorf("100 is at %v of 1 to 10,000", at)
	}
	lin := linear("y", 17300)
	if lin.low != 0 || lin.high != 20000 || len(lin.ticks) != 5 || lin.at(5000) != 0.25 {
		t.Errorf("the linear axis is %+v", lin)
	}
}

// picture is figures like those of a run, with names that would overlap.
func picture() *figures {
	f := newFigures()
	for i, s := range servers() {
		for _, n := range parallel {
			f.set(smallDownload(passively, n), rate, s.name, 4000+float64(i)*10+2000*math.Log2(float64(n)))
		}
		f.idle = append(f.idle, idleCourse{server: s.name, points: []idlePoint{
			{memory: 8 << 20}, {sessions: 500, memory: int64(i+1) * 50 << 20}, {sessions: 1000, memory: int64(i+1) * 100 << 20},
		}})
	}
	return f
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	b := &bench{figures: picture()}
	text, err := b.draw(filepath.Join(dir, "doc.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bench-transfers.svg", "bench-memory.svg"} {
		if !strings.Contains(text, "(pictures/"+name+")") {
			t.Errorf("the document does not show %s", name)
		}
		svg, err := os.ReadFile(filepath.Join(dir, "pictures", name))
		if err != nil {
			t.Fatal(err)
		}
		words := ""
		for decoder := xml.NewDecoder(strings.NewReader(string(svg))); ; {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is no XML: %v", name, err)
			}
			if letters, ok := token.(xml.CharData); ok {
				words += string(letters) + "\n"
			}
		}
		for _, want := range []string{"ferry", "vsftpd", "ProFTPD", "Pure-FTPd", "pyftpdlib", "sessions"} {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %s", name, want)
			}
		}
		if strings.Contains(string(svg), "%!") || strings.Contains(string(svg), "NaN") {
			t.Errorf("%s is badly written", name)
		}
	}
}

func TestNamesDoNotOverlap(t *testing.T) {
	p, err := picture().transfersPlot()
	if err != nil {
		t.Fatal(err)
	}
	names := p.names()
	if len(names) != len(servers()) {
		t.Fatalf("%d names", len(names))
	}
	for i, a := range names {
		if a.y < 0 || a.y > plotHeight || a.x > plotWidth-60 {
			t.Errorf("a name is outside, at %v, %v", a.x, a.y)
		}
		for _, b := range names[:i] {
			if math.Abs(a.y-b.y) < nameHeight-0.01 && math.Abs(a.x-b.x) < plotRight {
				t.Errorf("two names are at %v and %v", a.y, b.y)
			}
		}
	}
}

func TestNoPictureOfNothing(t *testing.T) {
	b := &bench{figures: newFigures()}
	if _, err := b.draw(filepath.Join(t.TempDir(), "doc.md")); err == nil {
		t.Error("nothing was drawn, without an error")
	}
}

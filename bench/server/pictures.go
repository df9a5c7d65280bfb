package main

import (
	"errors"
	"os"
	"path/filepath"
)

// draw writes the two plots beside the document and gives the lines that show them.
func (b *bench) draw(document string) (string, error) {
	dir := filepath.Join(filepath.Dir(document), "pictures")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	text := ""
	for _, picture := range []struct {
		file string
		plot func() (*plot, error)
	}{{"bench-transfers.svg", b.figures.transfersPlot}, {"bench-memory.svg", b.figures.memoryPlot}} {
		p, err := picture.plot()
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, picture.file), []byte(p.svg()), 0o666); err != nil {
			return "", err
		}
		text += "![" + p.title + "](pictures/" + picture.file + ")\n\n"
	}
	return text, nil
}

// transfersPlot shows the curve.
func (f *figures) transfersPlot() (*plot, error) {
	p := &plot{
		title:      "Transfers of 4 KiB a second, by parallel sessions",
		x:          axis{name: "parallel sessions (logarithmic)", low: 1, high: float64(parallel[len(parallel)-1]), log: true},
		annotation: "A line for each server: downloads of a small file over passive data connections.",
	}
	greatest := 0.0
	for _, n := range parallel {
		p.x.ticks = append(p.x.ticks, float64(n))
	}
	for _, s := range servers() {
		line := series{name: s.name}
		for _, n := range parallel {
			if v, ok := f.get(smallDownload(passively, n), rate, s.name); ok {
				line.points = append(line.points, point{float64(n), v})
				greatest = max(greatest, v)
			}
		}
		p.series = append(p.series, line)
	}
	if greatest == 0 {
		return nil, errors.New("no transfers were measured that could be drawn")
	}
	p.y = linear("transfers a second", greatest)
	return p, nil
}

// memoryPlot shows the memory of plain sessions.
func (f *figures) memoryPlot() (*plot, error) {
	p := &plot{
		title:      "Memory of each server, by idle sessions",
		x:          linear("idle sessions, logged in, without TLS", mostIdle),
		annotation: "A line for each server: the resident memory of all its processes; a line ends where the machine bears no more.",
	}
	least, greatest := 0.0, 0.0
	for _, s := range servers() {
		line := series{name: s.name}
		for _, c := range f.idle {
			if c.server != s.name || c.secure {
				continue
			}
			for _, at := range c.points {
				mib := float64(at.memory) / (1 << 20)
				if mib <= 0 {
					continue
				}
				line.points = append(line.points, point{float64(at.sessions), mib})
				greatest = max(greatest, mib)
				if least == 0 || mib < least {
					least = mib
				}
			}
		}
		p.series = append(p.series, line)
	}
	if greatest == 0 {
		return nil, errors.New("no memory was measured that could be drawn")
	}
	p.y = logarithmic("memory in MiB (logarithmic)", least, greatest)
	return p, nil
}

package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// A plot is a picture of lines over two axes, written as SVG.
type plot struct {
	title      string
	x, y       axis
	series     []series
	annotation string // what it shows, in a sentence, for those who do not see it
}

// axis is a scale from low to high, both positive where it is logarithmic.
type axis struct {
	name      string // with its unit
	low, high float64
	log       bool
	ticks     []float64
}

// series is one line, named at its end.
type series struct {
	name   string
	points []point
}

type point struct{ x, y float64 }

// at is where a value lies between low, 0, and high, 1.
func (a axis) at(v float64) float64 {
	if a.log {
		return math.Log(v/a.low) / math.Log(a.high/a.low)
	}
	return (v - a.low) / (a.high - a.low)
}

// Where things are, in pixels.
const (
	plotWidth, plotHeight         = 820, 460
	plotLeft, plotRight           = 84, 110 // room for the numbers, and for names of lines
	plotTop, plotBottom           = 48, 62
	areaWidth, areaHeight         = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
	nameHeight            float64 = 16
)

// style holds in light and in dark; lines are told apart by colour and by name.
const style = `text{fill:#222}.bg{fill:#fff}.grid{stroke:#ddd}.axis{stroke:#777}.t{fill:#555;font-size:12px}` +
	`.n{paint-order:stroke;stroke:#fff;stroke-width:4px}` +
	`.l{fill:none;stroke-width:2}.w{stroke-width:3.5}` +
	`.s0{stroke:#c2410c}.s1{stroke:#1d4ed8}.s2{stroke:#15803d}.s3{stroke:#7e22ce}.s4{stroke:#a16207}.s5{stroke:#6b7280;stroke-dasharray:6 4}` +
	`.f0{fill:#c2410c}.f1{fill:#1d4ed8}.f2{fill:#15803d}.f3{fill:#7e22ce}.f4{fill:#a16207}.f5{fill:#6b7280}` +
	`@media(prefers-color-scheme:dark){text{fill:#ddd}.bg{fill:#161a20}.n{stroke:#161a20}.grid{stroke:#333a44}.axis{stroke:#99a}.t{fill:#aaa}` +
	`.s0{stroke:#fb923c}.s1{stroke:#7cb8e8}.s2{stroke:#6fd48f}.s3{stroke:#c9a0f5}.s4{stroke:#e5c35c}.s5{stroke:#9ca3af}` +
	`.f0{fill:#fb923c}.f1{fill:#7cb8e8}.f2{fill:#6fd48f}.f3{fill:#c9a0f5}.f4{fill:#e5c35c}.f5{fill:#9ca3af}}`

// px and py are where a value lies in the picture.
func (p *plot) px(v float64) float64 { return plotLeft + areaWidth*p.x.at(v) }
func (p *plot) py(v float64) float64 { return plotTop + areaHeight*(1-p.y.at(v)) }

// svg draws the plot.
func (p *plot) svg() string {
	var t strings.Builder
	fmt.Fprintf(&t, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>%[3]s</title><desc>%[4]s</desc>
<style>%[5]s</style>
<rect class="bg" width="%[1]d" height="%[2]d"/>
<text x="%[6]d" y="28" font-size="16" font-weight="bold">%[3]s</text>
`, plotWidth, plotHeight, html.EscapeString(p.title), html.EscapeString(p.annotation), style, plotLeft)
	for _, v := range p.y.ticks {
		y := p.py(v)
		fmt.Fprintf(&t, `<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%[2]f"/><text class="t" x="%[4]d" y="%.1[5]f" text-anchor="end">%[6]s</text>`+"\n",
			plotLeft, y, plotLeft+areaWidth, plotLeft-8, y+4, tick(v))
	}
	const floor = plotTop + areaHeight
	for _, v := range p.x.ticks {
		x := p.px(v)
		fmt.Fprintf(&t, `<line class="axis" x1="%.1[1]f" y1="%[2]d" x2="%.1[1]f" y2="%[3]d"/><text class="t" x="%.1[1]f" y="%[4]d" text-anchor="middle">%[5]s</text>`+"\n",
			x, floor, floor+5, floor+20, tick(v))
	}
	fmt.Fprintf(&t, `<path class="axis" fill="none" d="M%[1]d %[2]dV%[3]dH%[4]d"/>`+"\n", plotLeft, plotTop, floor, plotLeft+areaWidth)
	fmt.Fprintf(&t, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", plotLeft+areaWidth/2, floor+44, html.EscapeString(p.x.name))
	fmt.Fprintf(&t, `<text transform="translate(22 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", plotTop+areaHeight/2, html.EscapeString(p.y.name))
	p.lines(&t)
	t.WriteString("</svg>\n")
	return t.String()
}

// lines draws the series, the first one last and stronger, and their names.
func (p *plot) lines(t *strings.Builder) {
	for i, s := range slices.Backward(p.series) {
		if len(s.points) == 0 {
			continue
		}
		class := fmt.Sprintf("l s%d", i%6)
		if i == 0 {
			class += " w"
		}
		fmt.Fprintf(t, `<polyline class="%s" points="`, class)
		for j, at := range s.points {
			if j > 0 {
				t.WriteByte(' ')
			}
			fmt.Fprintf(t, "%.1f,%.1f", p.px(at.x), p.py(at.y))
		}
		t.WriteString(`"/>` + "\n")
		for _, at := range s.points {
			fmt.Fprintf(t, `<circle class="f%d" cx="%.1f" cy="%.1f" r="2.5"/>`, i%6, p.px(at.x), p.py(at.y))
		}
		t.WriteByte('\n')
	}
	for _, n := range p.names() {
		fmt.Fprintf(t, `<text class="n f%d" x="%.1f" y="%.1f">%s</text>`+"\n", n.series%6, n.x, n.y, html.EscapeString(p.series[n.series].name))
	}
}

// name is where the name of a series stands.
type name struct {
	series int
	x, y   float64
}

// names puts each name at the end of its line, and those that would overlap below
// each other.
func (p *plot) names() []name {
	var all []name
	for i, s := range p.series {
		if len(s.points) > 0 {
			end := s.points[len(s.points)-1]
			all = append(all, name{i, p.px(end.x) + 8, p.py(end.y) + 4})
		}
	}
	slices.SortStableFunc(all, func(a, b name) int { return cmp.Compare(a.y, b.y) })
	for i := range all {
		for _, above := range all[:i] {
			if math.Abs(all[i].x-above.x) < plotRight && all[i].y < above.y+nameHeight {
				all[i].y = above.y + nameHeight
			}
		}
	}
	// What has been pushed below the area goes up again.
	limit := float64(plotTop + areaHeight + 4)
	for i, n := range slices.Backward(all) {
		if n.y > limit {
			all[i].y = limit
		}
		for j := range all[:i] {
			if math.Abs(all[j].x-n.x) < plotRight && all[j].y > all[i].y-nameHeight {
				all[j].y = all[i].y - nameHeight
			}
		}
	}
	return all
}

// tick writes the number at a tick.
func tick(v float64) string {
	if v == math.Trunc(v) && v < 1e6 {
		return thousandsOf(int(v))
	}
	return fmt.Sprintf("%g", v)
}

// roundUp is the next greater number of the form 1, 2 or 5 times a power of ten.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 5} {
		if v <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// linear is an axis from 0 to the next step above the greatest value.
func linear(name string, greatest float64) axis {
	step := roundUp(greatest / 6)
	a := axis{name: name, high: step * math.Max(1, math.Ceil(greatest/step))}
	for i := 0; float64(i)*step <= a.high*1.0001; i++ {
		a.ticks = append(a.ticks, float64(i)*step)
	}
	return a
}

// logarithmic is an axis of powers of ten around the values.
func logarithmic(name string, least, greatest float64) axis {
	a := axis{name: name, log: true}
	a.low = math.Pow(10, math.Floor(math.Log10(least)))
	a.high = math.Max(a.low*10, math.Pow(10, math.Ceil(math.Log10(greatest))))
	for v := a.low; v <= a.high*1.0001; v *= 10 {
		a.ticks = append(a.ticks, v)
	}
	return a
}

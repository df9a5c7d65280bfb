package lab

import (
	"fmt"
	"html"
	"strings"
	"time"
	"unicode/utf8"
)

// A Picture is the sequence of what crossed a network: a column for each host, a row
// for each thing that one end said to the other.
type Picture struct {
	Title string   `json:"title"`
	Hosts []string `json:"hosts"`
	Roles []string `json:"roles"` // below the names: addresses
	Rows  []Arrow  `json:"rows"`
}

// Arrow is an arrow from one host to the last that it reached.
type Arrow struct {
	At   time.Duration `json:"at"` // since the first
	From int           `json:"from"`
	To   int           `json:"to"`
	Lost bool          `json:"lost"` // it was meant to go on
	Data bool          `json:"data"` // it belongs to a data connection
	Text string        `json:"text"`
}

// columnWidth is the distance of two hosts in the text, in letters.
const columnWidth = 44

// Text draws the picture with letters.
func (p *Picture) Text() string {
	var b strings.Builder
	b.WriteString(p.Title + "\n\n")
	width := columnWidth * (len(p.Hosts) - 1)
	if len(p.Hosts) > 3 {
		width = 30 * (len(p.Hosts) - 1)
	}
	step := width / max(len(p.Hosts)-1, 1)
	const left = 10
	place := func(words []string) {
		line := []rune(strings.Repeat(" ", left+width+20))
		for i, word := range words {
			runes := []rune(word)
			at := max(left+i*step-len(runes)/2, 0)
			copy(line[at:], runes)
		}
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	place(p.Hosts)
	place(p.Roles)
	for _, r := range p.Rows {
		line := []rune(strings.Repeat(" ", left+width+1))
		for i := range p.Hosts {
			line[left+i*step] = '│'
		}
		from, to := left+r.From*step, left+r.To*step
		shaft := '─'
		if r.Data {
			shaft = '═'
		}
		low, high := min(from, to), max(from, to)
		for x := low + 1; x < high; x++ {
			line[x] = shaft
		}
		head := '►'
		end := to - 1
		if to < from {
			head, end = '◄', to+1
		}
		if end > 0 && end < len(line) && from != to {
			line[end] = head
		}
		if r.Lost {
			line[to] = '✗'
		}
		text := []rune(" " + shorten(r.Text, high-low-6) + " ")
		at := low + (high-low-len(text))/2
		if high-low > 8 {
			copy(line[max(at, low+2):], text)
		}
		stamp := fmt.Sprintf("%6.1f ms", float64(r.At.Microseconds())/1000)
		copy(line, []rune(stamp))
		out := strings.TrimRight(string(line), " ")
		if high-low <= 8 || utf8.RuneCountInString(r.Text) > high-low-6 {
			out += "  " + r.Text
		}
		b.WriteString(out + "\n")
	}
	b.WriteString("\n─ control connection   ═ data connection   ✗ it ends here\n")
	return b.String()
}

func shorten(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= max(width, 1) {
		return text
	}
	return string(runes[:max(width-1, 0)]) + "…"
}

// SVG draws the picture as an image that needs nothing else.
func (p *Picture) SVG() string {
	const left, top, rowHeight = 110, 110, 34
	step := 300
	if len(p.Hosts) > 3 {
		step = 230
	}
	width, height := left*2+step*(len(p.Hosts)-1), top+rowHeight*(len(p.Rows)+1)+30
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	w(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="13">`, width, height, width, height)
	w(`<title>%s</title><desc>Each arrow is what one host sent to another, in the order of time; an arrow that ends in a cross went no further.</desc>`, html.EscapeString(p.Title))
	w(`<style>text{fill:#222;paint-order:stroke;stroke:#fff;stroke-width:4px}.bg{fill:#fff}.life{stroke:#999;stroke-dasharray:3 4}.box{fill:#eef3fa;stroke:#557}.c{stroke:#24557a;fill:none;stroke-width:1.6}.d{stroke:#1d7a3a;fill:none;stroke-width:2.6}.x{stroke:#c22;stroke-width:3}.cf{fill:#24557a}.df{fill:#1d7a3a}.t{fill:#777;font-size:11px}@media(prefers-color-scheme:dark){text{fill:#ddd;stroke:#161a20}.bg{fill:#161a20}.box{fill:#243044;stroke:#9ab}.c{stroke:#7cb8e8}.d{stroke:#6fd48f}.cf{fill:#7cb8e8}.df{fill:#6fd48f}.t{fill:#999}}</style>`)
	w(`<rect class="bg" width="%d" height="%d"/>`, width, height)
	w(`<text x="%d" y="26" font-size="16" font-weight="bold" text-anchor="middle">%s</text>`, width/2, html.EscapeString(p.Title))
	for i, name := range p.Hosts {
		x := left + i*step
		w(`<line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/>`, x, 84, x, height-20)
		w(`<rect class="box" x="%d" y="44" width="190" height="40" rx="6"/>`, x-95)
		w(`<text x="%d" y="61" text-anchor="middle" font-weight="bold">%s</text>`, x, html.EscapeString(name))
		if i < len(p.Roles) {
			w(`<text x="%d" y="77" text-anchor="middle" class="t">%s</text>`, x, html.EscapeString(p.Roles[i]))
		}
	}
	for n, r := range p.Rows {
		y := top + rowHeight*(n+1)
		from, to := left+r.From*step, left+r.To*step
		class, fill, dir := "c", "cf", 1
		if r.Data {
			class, fill = "d", "df"
		}
		if to < from {
			dir = -1
		}
		w(`<line class="%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, y, to-8*dir, y)
		w(`<path class="%s" d="M%d %dl%d -5v10z"/>`, fill, to, y, -10*dir)
		if r.Lost {
			w(`<path class="x" d="M%d %dl12 12m0 -12l-12 12"/>`, to-6, y-6)
		}
		w(`<text x="%d" y="%d" text-anchor="middle">%s</text>`, (left+r.From*step+left+r.To*step)/2, y-6, html.EscapeString(shorten(r.Text, max(abs(to-from)/7, 12))))
		w(`<text class="t" x="8" y="%d">%.1f ms</text>`, y+4, float64(r.At.Microseconds())/1000)
	}
	w(`</svg>`)
	return b.String()
}

func abs(n int) int { return max(n, -n) }

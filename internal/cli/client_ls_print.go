package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/progress"
)

// printer prints entries as the flags of ls want them.
type printer struct {
	w      io.Writer
	flags  *lsFlags
	colour bool
	width  int      // of the terminal, for columns
	names  []string // of a directory that is printed in columns
	kinds  []fs.FileMode
	err    error // the first one
}

func newPrinter(c *client, f *lsFlags) *printer {
	p := &printer{w: c.stdout, flags: f, width: terminalWidth(c.stdout)}
	p.colour = isTerminal(c.stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if p.width <= 0 {
		p.width = 80
	}
	return p
}

// entry prints one; at is the directory below that which is listed.
func (p *printer) entry(e *ftpclient.Entry, at string) error {
	switch name := printable(e.Name); {
	case p.flags.json:
		below := ""
		if p.flags.recursive {
			below = path.Join(at, e.Name)
		}
		p.failed(writeEntryJSON(p.w, e, below))
	case p.flags.columns:
		p.names, p.kinds = append(p.names, name), append(p.kinds, e.Mode)
	case p.flags.names:
		if at != "" {
			name = printable(at + "/" + e.Name)
		}
		p.print(p.paint(name, e.Mode) + "\n")
	case p.flags.human:
		p.print(longLine(e, progress.Bytes, p.paint(name, e.Mode)))
	default:
		p.print(longLine(e, exactly, p.paint(name, e.Mode)))
	}
	return p.err
}

// heading begins a directory that -R has found.
func (p *printer) heading(at string) {
	if !p.flags.json && !p.flags.names {
		p.print("\n" + printable(at) + ":\n")
	}
}

// end ends a directory.
func (p *printer) end() error {
	if len(p.names) > 0 {
		p.print(p.inColumns())
		p.names, p.kinds = nil, nil
	}
	return p.err
}

func (p *printer) print(text string) {
	if p.err == nil {
		_, err := io.WriteString(p.w, text)
		p.failed(err)
	}
}

func (p *printer) failed(err error) {
	if err != nil && p.err == nil {
		p.err = &failure{fmt.Errorf("cannot print the list: %w", err)}
	}
}

// inColumns puts the names side by side, one below the other first, in as few lines
// as fit.
func (p *printer) inColumns() string {
	const gap = 2
	widths := make([]int, len(p.names))
	for i, name := range p.names {
		widths[i] = progress.Width(name)
	}
	// At most as many columns as the shortest names would allow.
	lines, columns := len(p.names), []int{0}
	for n := min(len(p.names), p.width/(1+gap)+1); n > 1; n-- {
		rows := (len(p.names) + n - 1) / n
		if found := columnWidths(widths, rows, gap); sum(found)-gap <= p.width {
			lines, columns = rows, found
			break
		}
	}
	var b strings.Builder
	for line := range lines {
		for column, i := 0, line; i < len(p.names); column, i = column+1, i+lines {
			b.WriteString(p.paint(p.names[i], p.kinds[i]))
			if i+lines < len(p.names) {
				b.WriteString(strings.Repeat(" ", columns[column]-widths[i]))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// columnWidths are the widths of the columns with so many lines.
func columnWidths(widths []int, lines, gap int) []int {
	var columns []int
	for i, w := range widths {
		if i%lines == 0 {
			columns = append(columns, 0)
		}
		last := &columns[len(columns)-1]
		*last = max(*last, w+gap)
	}
	return columns
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}

// paint gives a name the colour of what it is.
func (p *printer) paint(name string, mode fs.FileMode) string {
	if !p.colour {
		return name
	}
	var colour string
	switch {
	case mode.IsDir():
		colour = "1;34" // bold blue
	case mode&fs.ModeSymlink != 0:
		colour = "1;36" // bold cyan
	case mode&fs.ModeType != 0:
		colour = "33" // yellow
	case mode.Perm()&0o111 != 0:
		colour = "1;32" // bold green
	default:
		return name
	}
	return "\x1b[" + colour + "m" + name + "\x1b[0m"
}

package progress

import (
	"io"
	"os"

	"golang.org/x/term"
)

// screen is where a person looks: lines that stay, and rows below them that
// change. Its methods are called by one goroutine at a time.
type screen interface {
	// draw prints text, which is whole lines, and shows these rows below it
	// instead of those that were there.
	draw(text []byte, rows []row)
	// close ends it; the rows that were drawn last stay.
	close()
}

// The size of a terminal that does not know its own.
const (
	usualWidth  = 80
	usualHeight = 24
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// sizeOf is the size of a terminal now.
func sizeOf(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return usualWidth, usualHeight
	}
	return width, height
}

// sameFile reports two writers that are one file, or one terminal.
func sameFile(a, b io.Writer) bool {
	f, ok := a.(*os.File)
	g, ok2 := b.(*os.File)
	if !ok || !ok2 {
		return false
	}
	x, err := f.Stat()
	y, err2 := g.Stat()
	return err == nil && err2 == nil && os.SameFile(x, y)
}

package listing

import (
	"sync"
	"time"
)

// heldLine is a line that waits for its turn, with what decides about that.
type heldLine struct {
	text []byte
	name string
	time time.Time
	size int64
	dir  bool
}

func (l *heldLine) line() Line { return Line{l.text, l.name, l.dir} }

// heldLines holds lines where they are: they are too many to be copied whenever there are
// more of them. A listing needs its memory for an instant, and the next one takes it over.
type heldLines struct {
	pieces []*heldPiece
	n      int
}

// pieceSize is how many lines are held together.
const pieceSize = 256

type heldPiece struct {
	lines [pieceSize]heldLine
	text  []byte // of all of them
}

var heldPieces = sync.Pool{New: func() any { return &heldPiece{text: make([]byte, 0, 80*pieceSize)} }}

func (h *heldLines) add(e *Entry, format func(b []byte, e *Entry) []byte) {
	k := h.n % pieceSize
	if k == 0 {
		h.pieces = append(h.pieces, heldPieces.Get().(*heldPiece))
	}
	p := h.pieces[len(h.pieces)-1]
	begin := len(p.text)
	p.text = format(p.text, e) // lines before stay where they were, if it has to grow
	p.lines[k] = heldLine{text: p.text[begin:], name: e.Name, time: e.ModTime, size: e.Size, dir: e.IsDir()}
	h.n++
}

func (h *heldLines) at(i int32) *heldLine { return &h.pieces[i/pieceSize].lines[i%pieceSize] }

// free gives the memory back.
func (h *heldLines) free() {
	for _, p := range h.pieces {
		clear(p.lines[:])
		p.text = p.text[:0]
		heldPieces.Put(p)
	}
	*h = heldLines{}
}

package shell

import (
	"os"

	"golang.org/x/term"
)

// width is how many columns the terminal has now; 0 is no terminal.
func (s *Shell) width() int {
	f, ok := s.cfg.Output.(*os.File)
	if !ok || !s.cfg.Terminal {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

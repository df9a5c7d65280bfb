package sys

import (
	"os"

	"golang.org/x/sys/windows"
)

// AllowEscapes makes a terminal understand escape sequences, which it does on
// Windows when asked only.
func AllowEscapes(terminal *os.File) error {
	handle := windows.Handle(terminal.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(handle, &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}

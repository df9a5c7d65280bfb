package shell

import (
	"context"
	"io"
	"os"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

// Config is what a Shell is given. All functions but Macros, Secret and Copy must
// be there.
type Config struct {
	// Input is where lines come from, Output where answers go, Errors where
	// complaints go. Terminal says that a person sits there: then a line editor
	// reads, and questions are asked.
	Input          *os.File
	Output, Errors io.Writer
	Terminal       bool
	// Plain does without the line editor.
	Plain bool

	// Open connects to a server and logs in.
	Open func(ctx context.Context, w Where) (*Server, error)
	// Explain puts an error into words, a line each, fit for a terminal; Status is
	// the exit status that stands for it.
	Explain func(err error) []string
	Status  func(err error) int
	// Printable makes a text of somebody else's fit for a terminal.
	Printable func(string) string
	// Entry writes an entry of a directory as a line.
	Entry func(w io.Writer, e *ftpclient.Entry) error
	// Show begins to show what happens to files: tell is told of it, done ends it and
	// leaves the terminal to others. each has every file that fails told, where it is
	// one of several.
	Show func(each bool) (tell func(carry.Event), done func())
	// Dialogue is what shows the dialogue with the server: nothing at level 0,
	// commands and replies at 1, the modes that are tried too at 2.
	Dialogue func(level int) *ftpclient.Trace
	// Secret asks for something that is not shown; nil where nobody can be asked.
	Secret func(question string) (string, error)
	// Copy brings a file from one server to another.
	Copy func(ctx context.Context, from *ftpclient.Conn, name string, to *ftpclient.Conn, target string) error
	// Macros are those that are defined for a host beforehand (in .netrc), by name.
	Macros func(host string) map[string][]string
	// Sites are names that Open knows, for completion.
	Sites func() []string

	// State is the directory for the history of lines; "" keeps none.
	State string
	// Level is that of Dialogue to begin with.
	Level int
	// Lines, if there are any, are carried out instead of those of Input, up to the
	// first that fails.
	Lines []string
	// Stop ends a script at its first error.
	Stop bool
	// NoLogin has open wait for the command user.
	NoLogin bool
	// NoPrompt and NoGlob are prompt and glob switched off.
	NoPrompt, NoGlob bool
}

// Where says which server is wanted, and as whom.
type Where struct {
	// Target is a URL, a host, or the name of a site.
	Target string
	// User is "" for whom Target or the configuration names; Password counts if
	// HasPassword.
	User, Password, Account string
	HasPassword             bool
	// Ask says that a person may be asked who they are.
	Ask bool
}

// Server is a server that is logged in at.
type Server struct {
	Pool *ftpclient.Pool
	// Name is the server for people, Host what .netrc calls it.
	Name, Host string
	// Dir is the directory to begin in; "" is that of the login.
	Dir string
	// ASCII transfers text.
	ASCII bool
	// Modes is the ladder for its data connections; nil is all. What the user has
	// chosen by a command before goes on to count.
	Modes []ftpclient.Mode
}

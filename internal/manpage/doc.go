// Package manpage writes manual pages in the macros of man(7), from plain text as
// --help prints it: paragraphs between empty lines, and lines that begin with blanks
// and stay as they are.
//
// It knows no command line. What it writes is ASCII, and no character of the text
// becomes a request of roff. internal/cli makes the pages of ferry's commands.
package manpage

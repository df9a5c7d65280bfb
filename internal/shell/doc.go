// Package shell is the interactive client: it reads lines of commands as ftp(1)
// has them, from a terminal with an editor, completion and history or from a pipe
// without any of that, and carries each out on the control connection that it has.
//
// A table (table.go and the table_*.go files) says of every command what it needs,
// how it is completed, and what help says about it; ftp(1)'s commands that have no
// place here are in it too, each with a sentence that says what to use instead.
//
// It knows no flags, no URLs and no certificates: internal/cli hands in functions
// that open servers, put errors into words and show progress. Files are carried by
// internal/carry, and names from a server never leave the local directory, are
// never pipes and never commands.
package shell

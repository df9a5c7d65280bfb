// Package cli is the command line of ferry: one file, or a few that belong
// together, for each subcommand.
//
// It reads flags and files, asks for passwords, prints what a person wants to
// know, turns signals into a drain, and leaves everything else to the packages
// below: configuration is checked by config, the server is put together by
// daemon, files are carried by carry. Of FTP it knows the exit status that each
// failure of a client has (exit_codes.go). Main is called by cmd/ferry alone, and
// returns the exit status of the process.
package cli

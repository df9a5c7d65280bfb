// Package progress shows what happens to files while they are carried: to a
// person on a terminal as rows that move, with rate and time left, below lines
// that stay; to a person elsewhere as lines; to a program as JSON objects. It is
// told carry's events, by several goroutines at once.
//
// It carries nothing, decides nothing, and knows no exit status and no text of an
// error: both are asked of functions. A Display owns the terminal while it is
// open, so whatever else is printed meanwhile goes through its Writers. The library
// that draws the rows (mpb) is behind the interface screen.
//
// internal/cli makes a Display for each command that transfers files.
package progress

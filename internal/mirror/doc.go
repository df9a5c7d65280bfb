// Package mirror makes one tree of files like another: a directory of a server
// like one of this machine, or the other way round. It lists both (Scan), finds
// out by a pure function what is to be done (Make), and does it (Apply). What is
// to be done is a Plan, a value that can be shown, written to a file as JSON, and
// carried out later; then each action is checked against what is there by then.
//
// It is careful with what it takes away. A tree that is not there is no empty
// one; where a listing is in doubt nothing below it is removed; and a Plan that
// removes more than it may removes nothing. Nothing is written outside of the
// target, whatever names a server sends or a file with a Plan has.
//
// The files themselves are moved by package carry. It knows no command line and
// tells what happens by events; the command line calls it.
package mirror

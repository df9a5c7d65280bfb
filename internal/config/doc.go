// Package config reads configuration in the language of vsftpd.conf(5) and
// turns it into checked plain values.
//
// It follows vsftpd's parser to the letter, also where that is unforgiving or
// silent, so that a file means here what it means there. What vsftpd refuses is
// an error with file, line, column and a hint, and all errors of a file are
// found, not only the first. What vsftpd swallows (a number that is none, a
// passive range upside down, an address that is none) is kept as a warning.
//
// One table (Options) says of every option its type, its default, what it does
// and whether ferry acts on it; parser, documentation and completion follow it.
// The package opens the files that it is given and nothing else: it looks up no
// name, no user and no certificate. The daemon and the command line call it.
package config

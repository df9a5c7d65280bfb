// Package dialects lists the languages that firewall rules can be written in. It
// knows every dialect's package, and nothing else: to add one, write its package and
// add a line to [All].
//
// The command line asks here for the one that --format names ([Find]).
package dialects

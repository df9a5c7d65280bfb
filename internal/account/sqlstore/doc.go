// Package sqlstore keeps the users of package account in a file of SQLite.
//
// Open opens a database, Create makes it where there is none. Several processes
// may have it open at once: the command line changes users while the server
// looks them up. The schema is in migrations/, one file for each version, and is
// brought up to date when a database is opened. Every value is a parameter of a
// statement, none is part of one's text.
//
// The daemon and the command line call it; all else knows account.Store only.
package sqlstore

// Package account knows the virtual users of a server: who they are, how their
// passwords are checked, what they may do and how much of it.
//
// A User is a plain value, which Validate checks. A Store keeps users: Memory is
// one, sqlstore another, and accounttest holds every store to the same rules.
// Authenticate looks a user up and checks the password in a way that tells
// nobody which names exist. New passwords become argon2id hashes; the hashes of
// other servers (crypt(3), Apache, Pure-FTPd) are verified too, and replaced at
// the next login. ImportHtpasswd, ImportPureDB and ImportVsftpd read the lists
// of those servers.
//
// The package knows no FTP, opens no file and keeps no count of what users have
// used up. The daemon makes sessions of its users, the command line edits them.
package account

// Package system knows the users of the machine: those of /etc/passwd.
//
// Files.Lookup finds a user and the groups, Checker.Verify checks a password
// against /etc/shadow, and Checker.Allowed whether the account may log in at all:
// the list of those who must not use FTP, the shell, the lock, the dates. A login
// through PAM asks Allowed too, so that no way in is easier than the other. The
// files are read anew for each login, so every change counts at once.
//
// UserList and Place are the rules of vsftpd.conf about such users: who is asked
// for a password, which directory is the root.
//
// Only files are read. Users whom nsswitch.conf takes from elsewhere (LDAP, SSSD)
// are unknown here: package pam's helper process asks the C library for
// them, and they log in through PAM alone.
//
// The package knows no FTP and no PAM, and changes nobody's identity. The
// process that grants sessions calls it.
package system

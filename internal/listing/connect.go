package listing

import "strings"

// parseConnect reads the batches in a mailbox of Sterling's Connect:Enterprise:
//
//	-C--E-----FTP B ANNA1       7670  1294495 Jan 13 07:42 name
//
// The flags are the state of the batch, then come its type, the mailbox, a
// number, and from the size on it is a line of Unix.
func parseConnect(line string, c clock) (Entry, bool) {
	words := tokens(line, unixTokens)
	if len(words) < 9 || line[0] != '-' {
		return Entry{}, false
	}
	flags := words[0].text
	if len(flags) < 11 || len(flags) > 16 || strings.Trim(flags, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Entry{}, false
	}
	e, ok := unixColumns(line, words, 5, c)
	if !ok {
		return Entry{}, false
	}
	e.Mode, e.Nlink, e.Group, e.GID, e.UID = 0o666, 0, "", 0, 0
	e.Owner = words[2].text
	return e, true
}

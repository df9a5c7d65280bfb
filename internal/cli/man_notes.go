package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"ferry/internal/manpage"
)

// notes are what the page of a command has beside the text of --help.
type notes struct {
	statuses, environment, files []manpage.Term
	related                      []string // pages
}

func manTerm(word, text string) manpage.Term { return manpage.Term{Words: []string{word}, Text: text} }

// manualNotes are those of a command.
func manualNotes(cmd *cobra.Command) notes {
	var n notes
	name := cmd.Name()
	if cmd.HasParent() && cmd.Parent().HasParent() {
		name = cmd.Parent().Name()
	}
	switch {
	case cmd.Flags().Lookup("tls-max") != nil:
		n = clientNotes()
		if cmd.Name() == "ls" {
			n.environment = append(n.environment, manTerm("NO_COLOR", "If it is set and not empty, names have no colours."))
		}
	case name == "serve":
		n.environment = []manpage.Term{manTerm("FERRY_PASSWORD_NAME", "The password of the user NAME of --user.")}
		n.files = []manpage.Term{manTerm("vsftpd.conf", "The settings, as vsftpd has them.")}
		n.related = []string{"vsftpd.conf(5)"}
	case name == "config":
		n.related = []string{"ferry-serve(1)", "vsftpd.conf(5)"}
	case name == "user":
		n.environment = []manpage.Term{manTerm("FERRY_USERS", "The database, where --database names none.")}
		n.files = []manpage.Term{
			manTerm("/etc/ferry/users.db", "The database of root."),
			manTerm("~/.config/ferry/users.db", "That of everybody else, below XDG_CONFIG_HOME if that is set."),
		}
		n.related = []string{"ferry-serve(1)"}
	}
	return n
}

// clientNotes are those of the commands that talk to a server.
func clientNotes() notes {
	n := notes{
		environment: []manpage.Term{
			manTerm("FERRY_PASSWORD", "The password, where the URL has none."),
			manTerm("XDG_CONFIG_HOME", "Where files of the user's are kept, instead of ~/.config."),
			manTerm("TERM", "On a terminal that is dumb nothing moves and nothing has a colour."),
		},
		files: []manpage.Term{
			manTerm("~/.netrc", "Users and passwords of servers. Nobody else should be able to read it."),
			manTerm("~/.config/ferry/sites.conf", "The sites of ferry site. Their passwords are in the keyring of the system."),
			manTerm("~/.config/ferry/known_hosts", "Servers that were seen with TLS, and the certificates that were trusted."),
		},
		related: []string{"ferry-exit-codes(1)", "netrc(5)"},
	}
	for _, c := range exitCodes {
		text := c.meaning
		if c.next != "" {
			text += "; " + c.next
		}
		n.statuses = append(n.statuses, manTerm(strconv.Itoa(c.status), text))
	}
	return n
}

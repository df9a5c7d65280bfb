package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/remote"
)

const (
	// completionPatience is how long somebody waits for names who has pressed a
	// key. The server has a little less, so that there is time to log out.
	completionPatience = 3 * time.Second
	serverPatience     = completionPatience - 500*time.Millisecond
	// maxCompletions is more than anybody looks through.
	maxCompletions = 1000
)

// offerCompletion lets the shell complete the arguments of a command of the client,
// and the values of its flags.
func (c *client) offerCompletion(cmd *cobra.Command) {
	cmd.ValidArgsFunction = c.complete
	values := func(names ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
	}
	mustComplete(cmd, "mode", completeModes)
	mustComplete(cmd, "tls-max", values("1.2", "1.3"))
	mustComplete(cmd, "verify", values("size", "hash"))
	for _, name := range []string{"user", "account", "active-ports", "advertise", "bind", "timeout", "pin", "charset", "time-zone", "proxy", "limit", "retries", "parallel", "segments"} {
		mustComplete(cmd, name, cobra.NoFileCompletions) // those that the command has
	}
}

// completeModes completes the last of a list of modes.
func completeModes(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := word[:strings.LastIndexByte(word, ',')+1]
	var found []cobra.Completion
	if before == "" {
		found = append(found, "auto")
	}
	for _, m := range ftpclient.Auto() {
		if !slices.Contains(strings.Split(before, ","), string(m)) {
			found = append(found, before+string(m))
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// complete completes an argument: a URL, or a file of this machine where the command
// takes one and nothing says that it is a URL.
func (c *client) complete(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if !strings.Contains(word, "://") && takesFile(cmd.Name(), len(args)) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), serverPatience)
	defer cancel()
	// Nobody is asked and nothing is said: the terminal belongs to the shell.
	c.program = &program{stdout: io.Discard, stderr: io.Discard}
	c.flags.verbose = 0
	found := make(chan []cobra.Completion, 1)
	go func() { found <- c.completeURL(ctx, word, onlyDirectories(cmd.Name())) }()
	select {
	case names := <-found:
		directive := cobra.ShellCompDirectiveNoFileComp
		if len(names) != 1 || strings.HasSuffix(names[0], "/") {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return names, directive
	case <-time.After(completionPatience):
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// takesFile reports a command of which the argument may be a file of this machine,
// with so many others before it.
func takesFile(command string, before int) bool {
	switch command {
	case "put", "sync":
		return true
	case "get":
		return before > 0
	}
	return false
}

// onlyDirectories reports a command of which the URLs are directories.
func onlyDirectories(command string) bool {
	return command == "rmdir" || command == "mkdir" || command == "shell"
}

// completeURL gives the URLs that begin with a word: servers, or what one has.
func (c *client) completeURL(ctx context.Context, word string, onlyDirs bool) []cobra.Completion {
	behind := word
	if i := strings.Index(word, "://"); i >= 0 {
		behind = word[i+len("://"):]
	}
	if !strings.Contains(behind, "/") {
		return completeServers(word)
	}
	dir, part := word[:strings.LastIndexByte(word, '/')+1], word[strings.LastIndexByte(word, '/')+1:]
	t, err := parseTarget(dir)
	if err != nil {
		return nil
	}
	// A percent sign may be half written.
	if i := strings.LastIndexByte(part, '%'); i >= 0 && i > len(part)-3 {
		part = part[:i]
	}
	prefix, err := decodeName(part)
	if err != nil {
		return nil
	}
	var found []cobra.Completion
	_ = c.withConn(ctx, t, func(conn *ftpclient.Conn) error { // an error means no names
		for e, err := range conn.List(ctx, carry.ListName(t.Path)) {
			rest, fits := strings.CutPrefix(e.Name, prefix)
			hidden := strings.HasPrefix(e.Name, ".") && prefix == ""
			if err != nil || !fits || hidden || onlyDirs && !e.IsDir() || strings.ContainsFunc(e.Name, unicode.IsControl) {
				continue
			}
			name := dir + part + encodeName(rest)
			if e.IsDir() {
				name += "/"
			}
			if !strings.HasPrefix(name, word) {
				continue
			}
			if found = append(found, name); len(found) == maxCompletions {
				break
			}
		}
		return nil
	})
	slices.Sort(found)
	return found
}

// completeServers gives the servers that begin with a word: sites, and those of ~/.netrc.
func completeServers(word string) []cobra.Completion {
	scheme := ""
	if i := strings.Index(word, "://"); i >= 0 {
		scheme = word[:i+len("://")]
	}
	var found []cobra.Completion
	offer := func(url string) {
		if strings.HasPrefix(url, word) && !slices.Contains(found, url) {
			found = append(found, url)
		}
	}
	if scheme == "" {
		for _, s := range []remote.Scheme{remote.Offered, remote.Explicit, remote.Implicit} {
			offer(string(s) + "://")
		}
		for _, name := range siteNames() {
			offer(name + "/")
		}
	}
	logins, _, _, err := remote.ReadNetrc()
	if err != nil {
		return found
	}
	for _, l := range logins {
		if l.Machine == "" {
			continue
		}
		offer(scheme + l.Machine + "/")
		if l.User != "" {
			user := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(encodeName(l.User))
			offer(scheme + user + "@" + l.Machine + "/")
		}
	}
	return found
}

// decodeName reads the beginning of a name as it stands in a URL.
func decodeName(part string) (string, error) {
	if part == "" {
		return "", nil
	}
	// Behind a letter nothing has a meaning of its own, as "~" has.
	t, err := remote.Parse("host/x" + part)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(t.Path, "x"), nil
}

// encodeName writes a name so that neither a URL nor a shell takes a part of it for
// something else, with as few percent signs as that needs.
func encodeName(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		r, size := utf8.DecodeRuneInString(name)
		plain := r > utf8.RuneSelf && r != utf8.RuneError && unicode.IsPrint(r) && !unicode.IsSpace(r) ||
			r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~+,:=/", r))
		if plain {
			b.WriteString(name[:size])
		} else {
			for i := range size {
				fmt.Fprintf(&b, "%%%02X", name[i])
			}
		}
		name = name[size:]
	}
	return b.String()
}

package shell

import (
	"context"
	"strings"

	"ferry/ftp"
)

func rawCommands() []*command {
	return []*command{
		{name: "quote", aliases: []string{"literal"}, usage: "COMMAND [ARGUMENT]", help: "Send a command of the protocol as it is, and show the reply.", min: 1, max: 1, args: "-", raw: true, changes: true, run: runQuote},
		{name: "site", usage: "COMMAND [ARGUMENT]", help: "Send a command that this server alone has (SITE), and show the reply.", min: 1, max: 1, args: "-", raw: true, connected: true, changes: true, run: runSite},
		{name: "system", help: "Show what system the server runs on (SYST).", connected: true, run: runAsk("SYST")},
		{name: "features", help: "Show what the server can do (FEAT).", connected: true, run: runAsk("FEAT")},
		{name: "remopts", usage: "COMMAND [OPTION]", help: "Set an option of a command of the server (OPTS).", min: 1, max: 1, args: "-", raw: true, connected: true, run: runRemopts},
		{name: "remotehelp", aliases: []string{"rhelp"}, usage: "[COMMAND]", help: "Show the server's own help.", max: 1, args: "-", connected: true, run: runAsk("HELP")},
		{name: "rstatus", usage: "[NAME]", help: "Show what the server says of itself or of a file (STAT).", max: 1, args: "r", connected: true, run: runAsk("STAT")},
	}
}

// transfers are the commands that need a data connection, or change what the shell
// counts on.
var transfers = map[string]string{
	"RETR": "get", "STOR": "put", "STOU": "sunique and put", "APPE": "append", "LIST": "dir", "NLST": "nlist", "MLSD": "mlsd",
	"PORT": "mode", "EPRT": "mode", "PASV": "mode", "EPSV": "mode", "TYPE": "type", "REST": "reget", "QUIT": "quit",
	"AUTH": "open with ftpes://", "PROT": "open with ftpes://", "PBSZ": "open with ftpes://", "CCC": "open with ftp://", "MODE": "mode", "STRU": "type", "ABOR": "Ctrl-C",
}

// runQuote sends a line. USER and PASS log in as the command user does, which
// scripts for ftp -n rely on.
func runQuote(ctx context.Context, s *Shell, args []arg) error {
	verb, text, _ := strings.Cut(strings.TrimSpace(args[0].text), " ")
	verb = strings.ToUpper(verb)
	switch verb {
	case "USER":
		w := s.await
		if w == nil {
			if s.link == nil {
				return errNotConnected
			}
			again := s.link.where
			w = &again
		}
		w.User, w.HasPassword, w.Ask = strings.TrimSpace(text), false, false
		s.await = w
		return nil
	case "PASS":
		if s.await == nil || s.await.User == "" {
			return wrongUse("quote PASS has no quote USER before it")
		}
		return runUser(ctx, s, []arg{{text: s.await.User}, {text: text}})
	}
	if s.link == nil {
		return errNotConnected
	}
	if instead, ok := transfers[verb]; ok {
		return wrongUse("%s is what ferry sends by itself: use %s", verb, instead)
	}
	err := s.ask(ctx, ftp.Verb(verb), text)
	if verb == "CWD" || verb == "CDUP" || verb == "XCWD" || verb == "XCUP" || verb == "REIN" {
		s.whereami(ctx, s.link)
	}
	return err
}

func runSite(ctx context.Context, s *Shell, args []arg) error {
	return s.ask(ctx, "SITE", args[0].text)
}

func runRemopts(ctx context.Context, s *Shell, args []arg) error {
	return s.ask(ctx, "OPTS", args[0].text)
}

func runAsk(verb ftp.Verb) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		text := ""
		if len(args) == 1 {
			text = args[0].text
		}
		return s.ask(ctx, verb, text)
	}
}

package ftpserver

import (
	"context"
	"strings"

	"ferry/ftp"
	"ferry/vfs"
)

// argRule says whether a command takes an argument.
type argRule uint8

const (
	argNone argRule = iota // one is ignored, as vsftpd does
	argOptional
	argRequired // without: 501
)

// command is all that the loop must know before it calls a handler.
type command struct {
	run  func(ctx context.Context, s *session, arg string) (ftp.Reply, error) // answers at once, or
	plan func(ctx context.Context, s *session, arg string) (*transfer, error) // asks for a transfer; exactly one is set
	arg  argRule
	in   state
	perm vfs.Perm // what the session must be allowed at all
	busy bool     // answered at once while a transfer runs
	feat string   // FEAT line; "" for none
	rfc  string   // where it is defined, "959 §4.1.3"
	help string   // syntax, for HELP and the documentation
}

// isParent reports a command that only has subcommands: SITE, OPTS.
func (c *command) isParent() bool { return c.run == nil && c.plan == nil }

// maxStrayCommands ends a session that sends nothing known before login
// (vsftpd 3.0.5: "500 Too many errors.").
const maxStrayCommands = 10

// dispatch finds the command and runs it.
func (s *session) dispatch(ctx context.Context, cmd ftp.Command) (ftp.Reply, error) {
	c := commands[cmd.Verb]
	if c != nil && c.isParent() {
		sub := cmd.Sub()
		if c = commands[sub.Verb]; c != nil && !c.isParent() {
			cmd = sub
		} else {
			c = nil
		}
	}
	if c == nil {
		return s.unknown(cmd)
	}
	if s.state&c.in == 0 {
		return ftp.Reply{}, misplaced(s.state)
	}
	if s.state == stateIn && !s.mayUse(cmd.Verb) {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "Permission denied.")
	}
	if c.arg == argRequired && cmd.Arg == "" {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "%s needs an argument: %s.", cmd.Verb, c.help)
	}
	if c.perm != 0 && s.user.Access.Allow&c.perm == 0 {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "Permission denied.")
	}
	if c.plan != nil {
		return s.transfer(ctx, cmd.Verb, c.plan, cmd.Arg)
	}
	return c.run(ctx, s, cmd.Arg)
}

// mayUse reports whether the policy serves the verb. A subcommand may be named
// itself or by its first word.
func (s *session) mayUse(v ftp.Verb) bool {
	if v == "QUIT" {
		return true
	}
	first, _, _ := strings.Cut(string(v), " ")
	if s.policy.Denied[v] || s.policy.Denied[ftp.Verb(first)] || s.policy.Denied[plainForms[v]] {
		return false
	}
	return s.policy.Allowed == nil || s.policy.Allowed[v] || s.policy.Allowed[ftp.Verb(first)]
}

// misplaced is the answer to a command that the state does not allow.
func misplaced(st state) error {
	switch st {
	case stateNew:
		return ftp.Errorf(ftp.CodeNotLoggedIn, "Please login with USER and PASS.")
	case stateNamed:
		return ftp.Errorf(ftp.CodeNotLoggedIn, "Please login with USER and PASS.")
	default:
		return ftp.Errorf(ftp.CodeBadSequence, "Already logged in.")
	}
}

// httpVerbs begin a request of a browser that was lured here (CVE-2021-3618 is
// of this family): nothing that follows may be taken for commands.
var httpVerbs = map[ftp.Verb]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "DELETE": true,
	"OPTIONS": true, "TRACE": true, "CONNECT": true, "PATCH": true, "PRI": true,
}

// mailVerbs begin a dialogue of SMTP, which can carry a stranger's lines as HTTP
// can.
var mailVerbs = map[ftp.Verb]bool{"EHLO": true, "HELO": true, "LHLO": true}

// unknown answers a verb that there is not.
func (s *session) unknown(cmd ftp.Command) (ftp.Reply, error) {
	if httpVerbs[cmd.Verb] {
		s.finish(ftp.CauseProtocol, errHTTP)
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "HTTP protocol commands not allowed.")
	}
	if mailVerbs[cmd.Verb] {
		s.finish(ftp.CauseProtocol, errSMTP)
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "SMTP protocol commands not allowed.")
	}
	if s.state != stateIn {
		if s.bad++; s.bad > maxStrayCommands {
			s.finish(ftp.CauseProtocol, errStray)
			return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "Too many errors.")
		}
		return ftp.Reply{}, misplaced(s.state)
	}
	if cmd.Verb == "OPTS" {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Option not understood.")
	}
	if parent := commands[cmd.Verb]; parent != nil {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "Unknown %s command.", cmd.Verb)
	}
	return ftp.Reply{}, ftp.Errorf(ftp.CodeBadCommand, "Unknown command.")
}

var (
	errHTTP  = sessionError("the client speaks HTTP")
	errSMTP  = sessionError("the client speaks SMTP")
	errStray = sessionError("too many unknown commands before login")
)

type sessionError string

func (e sessionError) Error() string { return string(e) }

package ftpserver

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ferry/ftp"
	"ferry/vfs"
)

func cmdSyst(_ context.Context, _ *session, _ string) (ftp.Reply, error) {
	return ftp.Replyf(ftp.CodeSystemType, "UNIX Type: L8"), nil
}

func cmdNoop(_ context.Context, _ *session, _ string) (ftp.Reply, error) {
	return ftp.Replyf(ftp.CodeNoopOK, "NOOP ok."), nil
}

// cmdFeat lists what goes beyond RFC 959, from the command table.
func cmdFeat(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	feats := []string{" TVFS"}
	for verb, c := range commands {
		switch {
		case c.feat == "", s.state == stateIn && !s.mayUse(verb), !s.offers(verb):
		case verb == "MLST":
			feats = append(feats, " "+s.offeredFacts().Features(s.facts))
		default:
			feats = append(feats, " "+c.feat)
		}
	}
	slices.Sort(feats)
	reply := append([]string{"Features:"}, feats...)
	return ftp.Reply{Code: ftp.CodeFeatures, Lines: append(reply, "End")}, nil
}

// offers reports whether a command of the table can do anything for this
// session: what depends on the store or a switch is not offered without.
func (s *session) offers(v ftp.Verb) bool {
	switch v {
	case "AUTH", "PBSZ", "PROT":
		return s.srv.TLS != nil
	case "SSCN":
		return s.offersThirdParty()
	case "CPSV":
		return s.offersThirdParty() && s.policy.Data.Passive
	case "CCC":
		return s.srv.TLS != nil && s.policy.Security.ClearCommands
	}
	if s.state != stateIn {
		return v != "MFCT" // few stores can, and which it will be is not known yet
	}
	switch v {
	case "MFCT":
		_, ok := vfs.As[vfs.CreationTimeSetter](s.fsys)
		return ok
	case "MFMT", "SITE UTIME":
		_, ok := vfs.As[vfs.TimeSetter](s.fsys)
		return ok
	case "PORT", "EPRT":
		return s.policy.Data.Active
	case "PASV", "EPSV":
		return s.policy.Data.Passive
	case "SITE CHMOD":
		return s.policy.ChmodEnable && s.user.Access.Allow&vfs.PermChmod != 0
	case "SITE UMASK":
		return s.policy.Upload.UmaskEnable
	}
	return true
}

func cmdHelp(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if arg != "" {
		verb := ftp.Verb(strings.ToUpper(strings.Join(strings.Fields(arg), " ")))
		c := commands[verb]
		if c == nil {
			return ftp.Reply{}, ftp.Errorf(ftp.CodeNotImplemented, "Unknown command %s.", verb)
		}
		if verb == "SITE" {
			return cmdSiteHelp(ctx, s, "")
		}
		return ftp.Replyf(ftp.CodeHelp, "Syntax: %s", c.help), nil
	}
	reply := []string{"The following commands are recognized."}
	line := ""
	for _, verb := range slices.Sorted(maps.Keys(commands)) {
		if strings.Contains(string(verb), " ") || !s.mayUse(verb) {
			continue
		}
		if line += fmt.Sprintf(" %-4s", verb); len(line) > 65 {
			reply, line = append(reply, line), ""
		}
	}
	if line != "" {
		reply = append(reply, line)
	}
	return ftp.Reply{Code: ftp.CodeHelp, Lines: append(reply, "Help OK.")}, nil
}

// cmdStat tells of the session, or lists a path on the control connection.
func cmdStat(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if arg != "" {
		return s.statPath(ctx, arg)
	}
	p := s.policy
	timeout := "none"
	if p.Idle > 0 {
		timeout = p.Idle.String()
	}
	data := "none agreed"
	if s.data != nil {
		data = fmt.Sprintf("%s, %s", s.mode, s.data.Addr())
	}
	return ftp.Reply{Code: ftp.CodeSystemStatus, Lines: []string{
		"FTP server status:",
		"     Connected to " + s.info.Peer.Addr().String(),
		"     Logged in as " + s.info.User,
		"     TYPE: " + s.typ.String(),
		"     Data connection: " + data,
		"     Active mode: " + onOff(p.Data.Active) + ", passive mode: " + onOff(p.Data.Passive),
		"     Session timeout: " + timeout,
		"     Control connection is " + s.protection(s.sec.conn != nil) + ", data connections are " + s.protection(s.sec.private),
		"     Sessions: " + strconv.Itoa(s.srv.Sessions()),
		"End of status",
	}}, nil
}

// protection says whether a connection is private.
func (s *session) protection(private bool) string {
	if private {
		return "under TLS"
	}
	return "plain text"
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// cmdOptsUTF8 has nothing to switch where names are bytes: clients that send
// UTF-8 get it back.
func cmdOptsUTF8(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	word := strings.ToUpper(arg)
	switch on := word != "OFF"; {
	case s.policy.Charset != nil && (word == "" || word == "ON" || word == "OFF"):
		return s.optsUTF8(on), nil
	case word == "" || word == "ON":
		return ftp.Replyf(ftp.CodeOptsOK, "Always in UTF8 mode."), nil
	}
	return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Option not understood.")
}

func cmdOptsMlst(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	set, err := ftp.ParseFactSet(arg, s.offeredFacts())
	if err != nil {
		return ftp.Reply{}, &ftp.Error{Reply: ftp.Replyf(ftp.CodeBadArgument, "Want OPTS MLST fact;fact;..."), Cause: err}
	}
	s.facts = set
	return ftp.Replyf(ftp.CodeOptsOK, "%s", s.facts.OptsReply()), nil
}

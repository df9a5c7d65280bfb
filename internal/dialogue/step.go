package dialogue

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// op is what a step does; its text is how the step is written.
type op string

const (
	opLogin   op = "login"
	opCommand op = "C:"
	opRaw     op = "R:"
	opReply   op = "S:"
	opOpen    op = "OPEN"
	opDial    op = "DIAL"
	opSend    op = "D>"
	opBytes   op = "D="
	opLines   op = "D<"
	opClose   op = "CLOSE"
	opReset   op = "RESET"
	opFile    op = "FILE"
	opGone    op = "GONE"
	opOwner   op = "OWNER"
	opFrom    op = "FROM"
	opRefused op = "REFUSED"
	opTLS     op = "TLS"
	opConnect op = "CONNECT"
	opEOF     op = "EOF"
	opDies    op = "DIES"
)

// step is one line of the conversation, or several that make one expectation.
type step struct {
	line    int      // in the file, from 1
	op      op       // what to do
	servers []string // for these only; empty: for all
	text    string   // the argument, escapes undone where the op has them
	file    string   // of FILE and OWNER: the name; text is what it holds
	more    []string // further lines of an S: or D< expectation
}

// stepLine splits a letter and its mark, or a word, from the argument.
var stepLine = regexp.MustCompile(`^([A-Z]+)(?:\[([a-z0-9, -]+)\])?([:<>=]?)(?: (.*))?$`)

// parseStep reads one line of the conversation.
func parseStep(line string) (step, error) {
	m := stepLine.FindStringSubmatch(line)
	if m == nil {
		return step{}, fmt.Errorf("%q is no line of a dialogue", line)
	}
	st := step{op: op(m[1] + m[3]), text: m[4]}
	if m[2] != "" {
		st.servers = strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' })
	}
	var err error
	switch st.op {
	case opCommand:
	case opReply, opRefused:
		if _, err := compilePattern(replyText(st.text)); err != nil {
			return step{}, err
		}
	case opLines:
		if _, err := compilePattern(st.text); err != nil {
			return step{}, err
		}
	case opRaw, opSend, opBytes:
		st.text, err = unescape(st.text)
	case opOpen:
		if !slices.Contains([]string{"pasv", "epsv", "port", "eprt"}, st.text) {
			return step{}, fmt.Errorf("OPEN %q: want pasv, epsv, port or eprt", st.text)
		}
	case opFile:
		var ok bool
		if st.file, st.text, ok = strings.Cut(st.text, " ="); !ok || st.file == "" {
			return step{}, fmt.Errorf("FILE %q: want name = content", m[4])
		}
		st.text, err = unescape(strings.TrimPrefix(st.text, " "))
	case opOwner:
		var ok bool
		if st.file, st.text, ok = strings.Cut(st.text, " = "); !ok || len(strings.Fields(st.text)) != 3 {
			return step{}, fmt.Errorf("OWNER %q: want name = user group mode", m[4])
		}
	case opGone, opFrom:
		if st.text == "" {
			return step{}, fmt.Errorf("%s: want a name or a number", st.op)
		}
	case opDial, opTLS, opConnect, opClose, opReset, opEOF, opDies:
		if st.text != "" {
			return step{}, fmt.Errorf("%s takes no argument", st.op)
		}
	case opLogin: // a directive, not a step line
		fallthrough
	default:
		return step{}, fmt.Errorf("%q is no line of a dialogue", line)
	}
	return st, err
}

// unescape undoes the escapes of a Go string; quotes stand for themselves.
func unescape(s string) (string, error) {
	out, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
	if err != nil {
		return "", fmt.Errorf("bad escape in %q", s)
	}
	return out, nil
}

// stepsFor selects the steps for one server and joins the lines that make one
// expectation.
func (s *Script) stepsFor(server string) ([]step, error) {
	var out []step
	open := "" // code of a reply whose last line has not come
	for _, st := range s.steps {
		if len(st.servers) > 0 && !slices.Contains(st.servers, server) && !slices.Contains(st.servers, family(server)) {
			continue
		}
		last := len(out) - 1
		if open != "" {
			if st.op != opReply {
				return nil, fmt.Errorf("%s:%d: the reply %s- before it has no last line for %s", s.File, st.line, open, server)
			}
			out[last].more = append(out[last].more, st.text)
			if isLastLine(st.text, open) {
				open = ""
			}
			continue
		}
		switch {
		case st.op == opLines && last >= 0 && out[last].op == opLines:
			out[last].more = append(out[last].more, st.text)
			continue
		case st.op == opBytes && last >= 0 && out[last].op == opBytes:
			out[last].text += st.text
			continue
		case st.op == opReply:
			code, sep, _, ok := cutReply(st.text)
			if !ok {
				return nil, fmt.Errorf("%s:%d: %q begins with no reply code", s.File, st.line, st.text)
			}
			if sep == '-' {
				open = code
			}
		}
		st.more = slices.Clip(st.more)
		out = append(out, st)
	}
	if open != "" {
		return nil, fmt.Errorf("%s: the reply %s- at its end has no last line for %s", s.File, open, server)
	}
	return out, nil
}

// cutReply splits a line of a reply, or of an expected one, at its code. The
// separator is ' ' where the line is a bare code.
func cutReply(line string) (code string, sep byte, text string, ok bool) {
	if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" {
		return "", 0, "", false
	}
	if len(line) == 3 {
		return line, ' ', "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return "", 0, "", false
	}
	return line[:3], line[3], line[4:], true
}

// isLastLine reports whether line ends the reply of several lines that began
// with code (RFC 959 §4.2).
func isLastLine(line, code string) bool {
	c, sep, _, ok := cutReply(line)
	return ok && c == code && sep == ' '
}

// replyText is the part of an expected line that is a pattern.
func replyText(line string) string {
	if _, _, text, ok := cutReply(line); ok {
		return text
	}
	return line
}

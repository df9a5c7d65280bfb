package ftpserver

import (
	"io"
	"unicode/utf8"

	"ferry/ftp"
)

// Charset is how a client writes names that a store holds in UTF-8. Every ASCII
// character must be itself in it, and no other may have a byte of LF, CR, NUL or
// "/". Its methods are called from many sessions at once.
type Charset interface {
	// String is the name of the charset.
	String() string
	// Decode turns text as it came into that of the store. The error is
	// answered with 501.
	Decode(text string) (string, error)
	// Encode turns text of the store, which need not be UTF-8, into that of the
	// client. It always succeeds, and Decode should give the text back.
	Encode(text string) string
}

// untouched are verbs whose argument is no pathname: names and passwords are
// compared byte by byte.
var untouched = map[ftp.Verb]bool{"USER": true, "PASS": true, "ACCT": true}

// charset is the one that holds now; nil if names are bytes, as in UTF-8.
func (s *session) charset() Charset {
	if s.utf8 || s.policy.Charset == nil {
		return nil
	}
	return s.policy.Charset(s.info.Peer, s.info.Local)
}

// decode turns a command as it came into one whose argument is the store's.
// From here on nothing knows of charsets but encode and encoded.
func (s *session) decode(cmd ftp.Command) (ftp.Command, error) {
	charset := s.charset()
	if charset == nil || cmd.Arg == "" || untouched[cmd.Verb] {
		return cmd, nil
	}
	arg, err := charset.Decode(cmd.Arg)
	if err != nil {
		return cmd, &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeBadArgument,
			"Names are in %s here, and that is none; OPTS UTF8 ON switches to UTF-8.", charset)}
	}
	return ftp.Command{Verb: cmd.Verb, Arg: arg}, nil
}

// encode is what a reply is to the client.
func (s *session) encode(r ftp.Reply) ftp.Reply {
	charset := s.charset()
	if charset == nil {
		return r
	}
	lines := make([]string, len(r.Lines))
	for i, line := range r.Lines {
		lines[i] = charset.Encode(line)
	}
	return ftp.Reply{Code: r.Code, Lines: lines}
}

// encoded is w for listings, which come to it in whole lines.
func (s *session) encoded(w io.Writer) io.Writer {
	if charset := s.charset(); charset != nil {
		return &encoder{w, charset}
	}
	return w
}

// encoder encodes what is written.
type encoder struct {
	w       io.Writer
	charset Charset
}

func (e *encoder) Write(p []byte) (int, error) {
	if _, err := io.WriteString(e.w, e.charset.Encode(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ownText is text of a file that is shown in a reply. It need not be in UTF-8,
// as names are, but may be in the client's charset already.
func (s *session) ownText(text string) string {
	charset := s.charset()
	if charset == nil || utf8.ValidString(text) {
		return text
	}
	if decoded, err := charset.Decode(text); err == nil {
		return decoded
	}
	return text
}

// optsUTF8 switches between the charset that the session was given and UTF-8
// (RFC 2640 §2 has no way back; clients that know of OPTS UTF8 OFF expect one).
func (s *session) optsUTF8(on bool) ftp.Reply {
	s.utf8 = on
	if charset := s.charset(); charset != nil {
		return ftp.Replyf(ftp.CodeOptsOK, "Names are in %s.", charset)
	}
	return ftp.Replyf(ftp.CodeOptsOK, "Names are in UTF8.")
}

package wire

import (
	"bytes"
	"errors"
	"io"

	"ferry/ftp"
)

// verbs are the verbs that cost nothing to read: all that servers commonly know.
var verbs = func() map[string]ftp.Verb {
	m := make(map[string]ftp.Verb)
	for _, v := range []ftp.Verb{
		"ABOR", "ACCT", "ADAT", "ALLO", "APPE", "AUTH", "CCC", "CDUP", "CLNT", "CONF", "CWD", "DELE", "ENC",
		"EPRT", "EPSV", "FEAT", "HASH", "HELP", "HOST", "LANG", "LIST", "MDTM", "MFCT", "MFF", "MFMT", "MIC",
		"MKD", "MLSD", "MLST", "MODE", "NLST", "NOOP", "OPTS", "PASS", "PASV", "PBSZ", "PORT", "PROT", "PWD",
		"QUIT", "RANG", "REIN", "REST", "RETR", "RMD", "RNFR", "RNTO", "SITE", "SIZE", "SMNT", "STAT", "STOR",
		"STOU", "STRU", "SYST", "TYPE", "USER", "XCRC", "XCUP", "XCWD", "XMD5", "XMKD", "XPWD", "XRMD",
		"XSHA1", "XSHA256", "XSHA512",
	} {
		m[string(v)] = v
	}
	return m
}()

// knownVerb is the verb that the word is in any case, or "" if it is not among
// verbs.
func knownVerb(word []byte) ftp.Verb {
	var upper [8]byte
	if len(word) > len(upper) {
		return ""
	}
	for i, b := range word {
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		upper[i] = b
	}
	return verbs[string(upper[:len(word)])]
}

// ReadCommand reads one line, as ReadLine does, as a command. With a *LineError
// the command has its verb, if that is a known one, and no argument.
func (c *Conn) ReadCommand() (ftp.Command, error) {
	line, err := c.readLine()
	word, arg, _ := bytes.Cut(line, []byte{' '})
	verb := knownVerb(word)
	switch {
	case err != nil:
		return ftp.Command{Verb: verb}, err
	case verb == "":
		return ftp.ParseCommand(string(line)), nil
	}
	return ftp.Command{Verb: verb, Arg: string(arg)}, nil
}

// ReadReply reads the lines of one reply. A deadline leaves the lines that have
// come for the next call. It is lenient where that harms nobody: bad CR and
// NUL bytes become spaces or, at the end of a line, nothing. With a *LineError (a line
// was too long, or had an unfinished subnegotiation) the reply is whole but that line is not. After any other error the connection is out of step.
func (c *Conn) ReadReply() (ftp.Reply, error) {
	for {
		line, err := c.readLine()
		if bad, ok := errors.AsType[*LineError](err); ok {
			line = mend(line)
			if errors.Is(bad, ErrLineTooLong) || errors.Is(bad, ErrTelnet) {
				c.replyErr = bad
			}
		} else if err != nil {
			if c.replyOpen && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return ftp.Reply{}, err
		}
		r, done, err := c.parser.Line(string(line))
		c.replyOpen = !done && err == nil
		if c.replyOpen {
			continue
		}
		if err == nil {
			err = c.replyErr
		}
		c.replyErr = nil
		return r, err
	}
}

// mend makes text of a refused line, in its place.
func mend(line []byte) []byte {
	line = bytes.TrimRight(line, "\r\x00")
	for i, b := range line {
		if b == cr || b == 0 {
			line[i] = ' '
		}
	}
	return line
}

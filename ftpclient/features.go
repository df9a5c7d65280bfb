package ftpclient

import (
	"context"
	"errors"
	"strings"

	"ferry/ftp"
)

// errOutOfPlace is a positive reply where another one should stand.
var errOutOfPlace = errors.New("that reply has no place here")

// learn asks what the server can do (RFC 2389), and for names in UTF-8. A server
// that does not know FEAT can do nothing beyond RFC 959.
func (c *Conn) learn(ctx context.Context) error {
	r, err := c.ask(ctx, ftp.Command{Verb: "FEAT"})
	if err != nil {
		return &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: "FEAT"}, Err: err}
	}
	c.features = make(map[string]string)
	if r.Code == ftp.CodeFeatures && len(r.Lines) > 2 {
		for _, line := range r.Lines[1 : len(r.Lines)-1] {
			name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
			c.features[strings.ToUpper(name)] = args
		}
	}
	if _, ok := c.features["UTF8"]; !ok {
		return nil
	}
	if c.names().decide(nil, false); !c.names().isUTF8() {
		return nil // Config.Charset knows better
	}
	_, err = c.ask(ctx, ftp.Command{Verb: "OPTS", Arg: "UTF8 ON"}) // many have it on and do not know the command
	return err
}

// Feature says whether the server has a feature, with what stands behind its name
// in the reply to FEAT.
func (c *Conn) Feature(name string) (args string, ok bool) {
	<-c.turn
	defer c.release()
	args, ok = c.features[strings.ToUpper(name)]
	return args, ok
}

package shell

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
)

// link is a control connection and what the shell knows of it.
type link struct {
	server *Server
	conn   *ftpclient.Conn                // nil while the pool has it, or it is lost
	last   atomic.Pointer[ftpclient.Conn] // the one that was used last, for Ctrl-C
	where  Where
	dir    string // the working directory; "" if the server does not say
	home   string // that of the login
	// used is when the connection was last known to live; zero if that is in doubt.
	used time.Time
}

// errNotConnected is a command that needs a server.
var errNotConnected = errors.New("not connected: open HOST first")

// freshFor is how long a connection is used unasked.
const freshFor = 15 * time.Second

// quitTimeout is how long a server may take to say goodbye.
const quitTimeout = 3 * time.Second

// connect makes the link to a server.
func (s *Shell) connect(ctx context.Context, w Where) error {
	server, err := s.cfg.Open(ctx, w)
	if err != nil {
		return err
	}
	l := &link{server: server, where: w}
	if l.conn, err = server.Pool.Get(ctx); err != nil {
		return errors.Join(err, server.Pool.Close())
	}
	l.last.Store(l.conn)
	s.set.ascii = server.ASCII
	if !s.set.chosen {
		s.set.modes = server.Modes
	}
	s.await = nil
	s.link = l
	s.adjust()
	s.whereami(ctx, l)
	l.home = l.dir
	if server.Dir != "" {
		if err := l.conn.Chdir(ctx, server.Dir); err != nil {
			s.tell(err) // the login has succeeded, and the home is a place to be
		} else {
			s.whereami(ctx, l)
		}
	}
	l.used = time.Now()
	s.names.forget()
	if s.cfg.Macros != nil {
		for name, lines := range s.cfg.Macros(server.Host) {
			s.macros[name] = lines
		}
	}
	return nil
}

// whereami asks for the working directory.
func (s *Shell) whereami(ctx context.Context, l *link) {
	dir, err := l.conn.Getwd(ctx)
	if err != nil {
		dir = "" // the server does not tell, and nothing hangs on it
	}
	l.dir = dir
}

// conn gives the control connection. One that was lost is made anew, in the
// directory where it was.
func (s *Shell) conn(ctx context.Context) (*ftpclient.Conn, error) {
	l := s.link
	if l == nil {
		return nil, errNotConnected
	}
	if l.conn == nil {
		return s.again(ctx, l)
	}
	if time.Since(l.used) < freshFor {
		return l.conn, nil
	}
	_, err := l.conn.Cmd(ctx, "NOOP", "")
	if code := ftpclient.Code(err); err == nil || code != 0 && code != ftp.CodeClosing {
		l.used = time.Now()
		return l.conn, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.again(ctx, l)
}

// again connects anew.
func (s *Shell) again(ctx context.Context, l *link) (*ftpclient.Conn, error) {
	fmt.Fprintf(s.cfg.Errors, "ferry: the connection to %s was lost; connecting again\n", s.cfg.Printable(l.server.Name))
	if l.conn != nil {
		_ = l.conn.Close()
		l.server.Pool.Put(l.conn)
		l.conn = nil
	}
	c, err := l.server.Pool.Get(ctx)
	if err != nil {
		return nil, err
	}
	return c, s.resume(ctx, l, c)
}

// resume goes on with a connection that is new, where the one before was.
func (s *Shell) resume(ctx context.Context, l *link, c *ftpclient.Conn) error {
	l.conn, l.used = c, time.Now()
	l.last.Store(c)
	if l.dir == "" {
		return nil
	}
	if err := c.Chdir(ctx, l.dir); err != nil {
		s.whereami(ctx, l)
		return fmt.Errorf("the directory is not there any more: %w", err)
	}
	return nil
}

// lend gives the connection back to the pool while f carries files over it, which
// makes another one if it breaks: f must name what is on the server from its root
// on.
func (s *Shell) lend(ctx context.Context, f func() error) error {
	before, err := s.conn(ctx)
	if err != nil {
		return err
	}
	l := s.link
	l.server.Pool.Put(before)
	l.conn = nil
	err = f()
	c, getErr := l.server.Pool.Get(ctx)
	switch {
	case getErr != nil:
		return errors.Join(err, getErr) // the next command tries again
	case c != before:
		fmt.Fprintf(s.cfg.Errors, "ferry: the connection to %s was lost meanwhile; there is a new one\n", s.cfg.Printable(l.server.Name))
		return errors.Join(err, s.resume(ctx, l, c))
	}
	l.conn, l.used = c, time.Now()
	return err
}

// suspect has the next command ask whether the connection still lives, after an
// error that it may have died of.
func (s *Shell) suspect(err error) {
	if s.link == nil {
		return
	}
	e, ok := errors.AsType[*ftpclient.Error](err)
	if ok && (e.Reply.Code == 0 || e.Reply.Code == ftp.CodeClosing) || errors.Is(err, context.Canceled) {
		s.link.used = time.Time{}
	}
}

// close says goodbye.
func (s *Shell) close(ctx context.Context) {
	l := s.link
	if l == nil {
		return
	}
	s.link = nil
	s.names.forget()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), quitTimeout)
	defer cancel()
	if l.conn != nil {
		_ = l.conn.Quit(ctx) // all is done, whatever the server says to it
		l.server.Pool.Put(l.conn)
	}
	_ = l.server.Pool.Close() // nothing is left in it
}

// leave closes both connections.
func (s *Shell) leave(ctx context.Context) {
	s.close(ctx)
	s.link, s.other = s.other, nil
	s.close(ctx)
}

// adjust gives the connection, and those to come, what is set.
func (s *Shell) adjust() {
	l := s.link
	if l == nil {
		return
	}
	change := func(cfg *ftpclient.Config) {
		cfg.Modes, cfg.ASCII, cfg.Trace = s.set.ladder(), s.set.ascii, s.cfg.Dialogue(s.set.level)
	}
	l.server.Pool.Adjust(change)
	if l.conn != nil {
		l.conn.Adjust(change)
	}
}

// longestPrompt is how long server and directory may be, in bytes.
const longestPrompt = 200

// prompt is what stands before a line: server and directory, as much of it as
// leaves place to type.
func (s *Shell) prompt() string {
	if s.link == nil {
		return "ferry> "
	}
	name := s.cfg.Printable(s.link.server.Name)
	dir := s.cfg.Printable(s.link.dir)
	switch width := s.width(); {
	case len(name+dir) > longestPrompt:
		return "> "
	case width == 0 || len([]rune(name+dir))+12 < width/2+8:
	case len([]rune(path.Base(dir)))+12 < width/2:
		name, dir = "", path.Base(dir)
	default:
		return "> "
	}
	return strings.TrimPrefix(name+":"+dir+"> ", ":")
}

// absolute is a name of the server from its root on, as far as the working
// directory is known.
func (s *Shell) absolute(name string) string {
	if strings.HasPrefix(name, "/") || s.link == nil || s.link.dir == "" {
		return name
	}
	if name == "" {
		return s.link.dir
	}
	return strings.TrimSuffix(s.link.dir, "/") + "/" + name
}

package shell

import (
	"context"
	"path"
)

// runProxy carries a command out on the second connection. Of the commands that
// move files those copy between the two servers.
func runProxy(ctx context.Context, s *Shell, args []arg) error {
	c, err := lookUp(s.table, args[0].text)
	if err != nil {
		return err
	}
	rest := args[1:]
	switch c.name {
	case "get", "put", "mget", "mput", "append", "reget", "newer":
		return s.proxyCopy(ctx, c.name, rest)
	case "proxy", "quit", "copy", "fget", "macdef", "!":
		return wrongUse("proxy %s means nothing", c.name)
	}
	if c.raw {
		return wrongUse("proxy %s is not possible", c.name)
	}
	if len(rest) < c.min || c.max >= 0 && len(rest) > c.max {
		return wrongUse("proxy wants the command as it is: proxy %s", c.synopsis())
	}
	await := s.await
	s.link, s.other, s.await = s.other, s.link, nil
	s.names.forget()
	defer func() {
		s.link, s.other, s.await = s.other, s.link, await
		s.names.forget()
	}()
	return s.call(ctx, c, rest)
}

func runCopy(ctx context.Context, s *Shell, args []arg) error { return s.proxyCopy(ctx, "get", args) }

// proxyCopy copies from the first server to the second (get), or back (put).
func (s *Shell) proxyCopy(ctx context.Context, verb string, args []arg) error {
	switch {
	case s.link == nil:
		return errNotConnected
	case s.other == nil:
		return wrongUse("there is no second connection: proxy open HOST first")
	case s.cfg.Copy == nil || verb == "append" || verb == "reget" || verb == "newer":
		return wrongUse("proxy %s is not possible; proxy get and proxy put copy whole files", verb)
	case len(args) == 0:
		return wrongUse("proxy %s wants a name", verb)
	}
	toSecond := verb == "get" || verb == "mget"
	first, err := s.conn(ctx)
	if err != nil {
		return err
	}
	swap := func() { s.link, s.other = s.other, s.link }
	swap()
	second, err := s.conn(ctx)
	swap()
	if err != nil {
		return err
	}
	if !toSecond {
		swap()
		defer swap()
		first, second = second, first
	}
	var names [][2]string
	if verb == "mget" || verb == "mput" {
		found, err := s.expandRemote(ctx, args)
		if err != nil {
			return err
		}
		for _, name := range found {
			names = append(names, [2]string{name, path.Base(name)})
		}
	} else {
		target := path.Base(args[0].text)
		if len(args) > 1 {
			target = args[1].text
		}
		names = [][2]string{{args[0].text, target}}
	}
	q := s.questions(verb)
	return each(ctx, s, names, func(pair [2]string) error {
		if len(names) > 1 || verb == "mget" || verb == "mput" {
			if yes, err := q.ask(ctx, pair[0]); !yes || err != nil {
				return err
			}
		}
		if err := s.cfg.Copy(ctx, first, pair[0], second, pair[1]); err != nil {
			return err
		}
		s.say("%s -> %s:%s", pair[0], s.other.server.Name, pair[1])
		return nil
	})
}

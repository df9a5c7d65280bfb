package shell

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
)

func fileCommands() []*command {
	return []*command{
		{name: "delete", aliases: []string{"rm"}, usage: "NAME", help: "Remove a file of the server.", min: 1, max: 1, args: "r", connected: true, changes: true, run: eachRemote((*ftpclient.Conn).Remove)},
		{name: "mdelete", usage: "NAME...", help: "Remove several files, by names or patterns; prompt has it ask about each.", min: 1, max: -1, args: "r", connected: true, changes: true, run: runMdelete},
		{name: "rename", aliases: []string{"mv"}, usage: "NAME NAME", help: "Give a file or directory of the server another name.", min: 2, max: 2, args: "r", connected: true, changes: true, run: runRename},
		{name: "chmod", usage: "MODE NAME", help: "Change the permissions of a file, such as 644 (SITE CHMOD).", min: 2, max: 2, args: "-r", connected: true, changes: true, run: runChmod},
		{name: "umask", usage: "[MODE]", help: "Show or set what new files may not have (SITE UMASK).", max: 1, args: "-", connected: true, run: runSiteWith("UMASK")},
		{name: "idle", usage: "[SECONDS]", help: "Show or set after how long the server ends an idle session (SITE IDLE).", max: 1, args: "-", connected: true, run: runSiteWith("IDLE")},
		{name: "size", usage: "NAME", help: "Show how long a file is, in bytes.", min: 1, max: 1, args: "r", connected: true, run: runSize},
		{name: "modtime", usage: "NAME", help: "Show when a file was changed last, in UTC.", min: 1, max: 1, args: "r", connected: true, run: runModtime},
		{name: "stat", aliases: []string{"mlst"}, usage: "[NAME]", help: "Describe a file or directory (MLST).", max: 1, args: "r", connected: true, run: runStat},
	}
}

func runMdelete(ctx context.Context, s *Shell, args []arg) error {
	names, err := s.expandRemote(ctx, args)
	if err != nil {
		return err
	}
	q := s.questions("mdelete")
	return each(ctx, s, names, func(name string) error {
		if yes, err := q.ask(ctx, name); !yes || err != nil {
			return err
		}
		c, err := s.conn(ctx)
		if err != nil {
			return err
		}
		return c.Remove(ctx, name)
	})
}

func runRename(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	return c.Rename(ctx, args[0].text, args[1].text)
}

func runChmod(ctx context.Context, s *Shell, args []arg) error {
	if _, err := strconv.ParseUint(args[0].text, 8, 16); err != nil {
		return wrongUse("%q is no mode: want an octal number such as 644", args[0].text)
	}
	return s.ask(ctx, "SITE", "CHMOD "+args[0].text+" "+args[1].text)
}

func runSiteWith(sub string) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		text := sub
		if len(args) == 1 {
			if _, err := strconv.ParseUint(args[0].text, 10, 32); err != nil {
				return wrongUse("%q is no number", args[0].text)
			}
			text += " " + args[0].text
		}
		return s.ask(ctx, "SITE", text)
	}
}

// ask sends a command and prints the reply.
func (s *Shell) ask(ctx context.Context, verb ftp.Verb, text string) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	r, err := c.Cmd(ctx, verb, text)
	if err == nil {
		s.reply(r)
	}
	return err
}

// reply prints what the server says.
func (s *Shell) reply(r ftp.Reply) {
	for _, line := range r.Lines {
		s.say("%d %s", r.Code, line)
	}
}

func runSize(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	n, err := c.Size(ctx, args[0].text)
	if err == nil {
		s.say("%s: %d bytes", args[0].text, n)
	}
	return err
}

func runModtime(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	t, err := c.ModTime(ctx, args[0].text)
	if err == nil {
		s.say("%s: %s", args[0].text, t.UTC().Format(time.RFC3339))
	}
	return err
}

func runStat(ctx context.Context, s *Shell, args []arg) error {
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	name := ""
	if len(args) == 1 {
		name = args[0].text
	}
	e, err := c.Stat(ctx, name)
	if err != nil {
		return err
	}
	if name != "" {
		e.Name = path.Base(name)
	}
	if err := s.cfg.Entry(s.cfg.Output, &e); err != nil {
		return fmt.Errorf("cannot print: %w", err)
	}
	return nil
}

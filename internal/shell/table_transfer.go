package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ferry/ftpclient"
	"ferry/internal/carry"
)

func transferCommands() []*command {
	return []*command{
		{name: "get", aliases: []string{"recv"}, usage: "[-r] [-c] NAME [LOCAL | - | \"|COMMAND\"]", help: "Bring a file here; - shows it, a command gets it as input. -r brings a directory with all that is in it, -c goes on with a file of which the beginning is here.", min: 1, max: 4, args: "rl", connected: true, pipes: true, run: runGet(how{})},
		{name: "reget", usage: "NAME [LOCAL]", help: "Go on bringing a file of which the beginning is here; its end is compared first.", min: 1, max: 2, args: "rl", connected: true, run: runGet(how{resume: true})},
		{name: "newer", usage: "NAME [LOCAL]", help: "Bring a file if it is newer than the one here, or there is none.", min: 1, max: 2, args: "rl", connected: true, run: runNewer},
		{name: "mget", usage: "NAME...", help: "Bring several files here, by names or patterns; prompt has it ask about each.", min: 1, max: -1, args: "r", connected: true, run: runMget(how{})},
		{name: "mreget", usage: "NAME...", help: "Go on bringing several files.", min: 1, max: -1, args: "r", connected: true, run: runMget(how{resume: true})},
		{name: "fget", usage: "FILE", help: "Bring the files whose names stand in a file here, one a line.", min: 1, max: 1, args: "l", connected: true, run: runFget},
		{name: "put", aliases: []string{"send"}, usage: "[-r] [-c] LOCAL [NAME] | \"|COMMAND\" NAME", help: "Send a file, or what a command prints. -r sends a folder with all that is in it, -c goes on with a file of which the beginning is there.", min: 1, max: 4, args: "lr", connected: true, changes: true, run: runPut(how{})},
		{name: "reput", usage: "LOCAL [NAME]", help: "Go on sending a file of which the beginning is there; its end is compared first.", min: 1, max: 2, args: "lr", connected: true, changes: true, run: runPut(how{resume: true})},
		{name: "mput", aliases: []string{"msend"}, usage: "LOCAL...", help: "Send several files, by names or patterns; prompt has it ask about each.", min: 1, max: -1, args: "l", connected: true, changes: true, run: runMput},
		{name: "append", usage: "LOCAL [NAME]", help: "Send a file to the end of one on the server.", min: 1, max: 2, args: "lr", connected: true, changes: true, run: runAppend},
		{name: "page", aliases: []string{"less", "more"}, usage: "NAME", help: "Show a file through the pager (PAGER, else more).", min: 1, max: 1, args: "r", connected: true, run: runPage},
		{name: "cat", usage: "NAME", help: "Show a file.", min: 1, max: 1, args: "r", connected: true, run: runCat},
	}
}

// options takes -r and -c off.
func (h how) options(args []arg) (how, []arg, error) {
	for len(args) > 0 && !args[0].pipe && len(args[0].text) == 2 && args[0].text[0] == '-' {
		switch args[0].text {
		case "-r":
			h.recursive = true
		case "-c":
			h.resume = true
		default:
			return h, nil, wrongUse("there is no option %s: -r for directories, -c to go on; a name that begins with a hyphen is written ./-name", args[0].text)
		}
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 2 {
		return h, nil, wrongUse("want one name or two; a name with spaces stands in double quotes")
	}
	return h, args, nil
}

func runGet(h how) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		h, args, err := h.options(args)
		if err != nil {
			return err
		}
		if args[0].pipe {
			return wrongUse("want a name on the server before the command")
		}
		remote := args[0].text
		if len(args) == 2 && (args[1].pipe || args[1].text == "-") {
			if h.resume || h.recursive {
				return wrongUse("-c and -r want a file or folder here")
			}
			return s.print(ctx, remote, &args[1])
		}
		if len(args) == 2 {
			return s.download(ctx, h, remote, s.local(args[1].text))
		}
		local := s.here
		if !h.recursive {
			if local, err = s.localName(remote); err != nil {
				return err
			}
		}
		return s.download(ctx, h, remote, local)
	}
}

func runNewer(ctx context.Context, s *Shell, args []arg) error {
	remote := args[0].text
	var local string
	if len(args) == 2 {
		local = s.local(args[1].text)
	} else {
		var err error
		if local, err = s.localName(remote); err != nil {
			return err
		}
	}
	info, err := os.Stat(local)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s.download(ctx, how{}, remote, local)
	case err != nil:
		return fmt.Errorf("%w: %w", carry.ErrLocalWrite, err)
	case info.IsDir():
		return wrongUse("%s is a folder here: name a file", args[len(args)-1].text)
	}
	c, err := s.conn(ctx)
	if err != nil {
		return err
	}
	theirs, err := c.ModTime(ctx, remote)
	if err != nil {
		return err
	}
	if !theirs.After(info.ModTime()) {
		s.say("%s: left out: it is no newer than the one here", remote)
		return nil
	}
	return s.download(ctx, how{}, remote, local)
}

func runMget(h how) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		names, err := s.expandRemote(ctx, args)
		if err != nil {
			return err
		}
		q := s.questions("mget")
		return each(ctx, s, names, func(name string) error {
			local, err := s.localName(name)
			if err != nil {
				return err
			}
			if yes, err := q.ask(ctx, name); !yes || err != nil {
				return err
			}
			return s.download(ctx, h, name, local)
		})
	}
}

// maxList is how long a file of names may be.
const maxList = 16 << 20

func runFget(ctx context.Context, s *Shell, args []arg) error {
	f, _, err := s.openLocal(args[0].text)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	var names []string
	lines := bufio.NewScanner(io.LimitReader(f, maxList))
	for lines.Scan() {
		if name := strings.TrimSpace(lines.Text()); name != "" {
			names = append(names, name)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	return each(ctx, s, names, func(name string) error {
		local, err := s.localName(name)
		if err != nil {
			return err
		}
		return s.download(ctx, how{}, name, local)
	})
}

func runPut(h how) func(context.Context, *Shell, []arg) error {
	return func(ctx context.Context, s *Shell, args []arg) error {
		h, args, err := h.options(args)
		if err != nil {
			return err
		}
		if args[0].pipe {
			if len(args) != 2 || h.resume || h.recursive {
				return wrongUse("put \"|COMMAND\" NAME: what the command prints needs a name on the server")
			}
			return s.from(args[0].text, func(r io.Reader) error {
				return s.direct(ctx, true, args[1].text, "|"+args[0].text, -1, func(ctx context.Context, c *ftpclient.Conn) (ftpclient.Result, error) {
					return c.Store(ctx, args[1].text, r, 0)
				})
			})
		}
		local := args[0].text
		if local == "-" {
			return wrongUse("put - is not possible, as commands come from there: use put \"|cat FILE\" NAME")
		}
		if s.set.sunique && !h.recursive {
			return s.storeUnique(ctx, local)
		}
		remote := ""
		if !h.recursive {
			remote = filepath.Base(local)
		}
		if len(args) == 2 {
			remote = args[1].text
		}
		return s.upload(ctx, h, s.local(local), remote)
	}
}

func (s *Shell) storeUnique(ctx context.Context, local string) error {
	f, size, err := s.openLocal(local)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	return s.direct(ctx, true, "a name of the server's choice", local, size, func(ctx context.Context, c *ftpclient.Conn) (ftpclient.Result, error) {
		r, err := c.StoreUnique(ctx, f)
		if err == nil {
			s.reply(r.Reply)
		}
		return r, err
	})
}

func runMput(ctx context.Context, s *Shell, args []arg) error {
	names, err := s.expandLocal(args)
	if err != nil {
		return err
	}
	q := s.questions("mput")
	return each(ctx, s, names, func(name string) error {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			s.say("%s: left out: it is a folder (put -r)", filepath.Base(name))
			return nil
		}
		if yes, err := q.ask(ctx, filepath.Base(name)); !yes || err != nil {
			return err
		}
		if s.set.sunique {
			return s.storeUnique(ctx, name)
		}
		return s.upload(ctx, how{}, name, filepath.Base(name))
	})
}

// expandLocal replaces patterns by the names here that fit them.
func (s *Shell) expandLocal(args []arg) ([]string, error) {
	var names []string
	for _, a := range args {
		name := s.local(a.text)
		if !a.pattern || !s.set.glob {
			names = append(names, name)
			continue
		}
		found, err := filepath.Glob(name)
		switch {
		case err != nil:
			return nil, wrongUse("%q is no pattern: a [ is never closed", a.text)
		case len(found) == 0:
			return nil, wrongUse("nothing here fits %s", a.text)
		}
		names = append(names, found...)
	}
	return names, nil
}

func runAppend(ctx context.Context, s *Shell, args []arg) error {
	local := args[0].text
	remote := filepath.Base(local)
	if len(args) == 2 {
		remote = args[1].text
	}
	f, size, err := s.openLocal(local)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	return s.direct(ctx, true, remote, local, size, func(ctx context.Context, c *ftpclient.Conn) (ftpclient.Result, error) {
		return c.Append(ctx, remote, f)
	})
}

func runPage(ctx context.Context, s *Shell, args []arg) error {
	return s.print(ctx, args[0].text, &arg{text: pager(), pipe: true})
}

func runCat(ctx context.Context, s *Shell, args []arg) error {
	return s.print(ctx, args[0].text, nil)
}

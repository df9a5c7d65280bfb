package shell

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ferry/ftpclient"
)

// settings is what commands switch.
type settings struct {
	prompt, glob, bell, progress, hash bool
	ascii                              bool
	runique, sunique, lower, keepTime  bool
	hashMark                           int64 // bytes to a mark of hash
	limit                              int64 // bytes a second; 0 is no limit
	level                              int   // of the dialogue
	modes                              []ftpclient.Mode
	chosen                             bool // modes, by a command
	extended                           bool // EPSV and EPRT are tried
}

// hashMark is how many bytes a mark of hash stands for.
const hashMark = 1024

// ladder is the modes that transfers may use.
func (t *settings) ladder() []ftpclient.Mode {
	modes := t.modes
	if modes == nil {
		modes = ftpclient.Auto()
	}
	if t.extended {
		return modes
	}
	plain := slices.DeleteFunc(slices.Clone(modes), func(m ftpclient.Mode) bool { return m == ftpclient.EPSV || m == ftpclient.EPRT })
	if len(plain) == 0 {
		return modes
	}
	return plain
}

func settingCommands() []*command {
	return []*command{
		{name: "passive", usage: "[on | off | auto]", help: "Connect to the server for each transfer, and nothing else; off has the server connect; auto tries all. Alone it switches between on and auto.", max: 1, args: "o", run: runPassive},
		{name: "active", usage: "[on | off | auto]", help: "Have the server connect for each transfer, and nothing else; off has this end connect; auto tries all. Alone it switches between on and auto.", max: 1, args: "o", run: runActive},
		{name: "mode", usage: "[auto | passive | active | epsv,pasv,pasv-announced,eprt,port]", help: "Show or choose how data connections are made, in the order in which the modes are tried.", max: 1, args: "o", run: runMode},
		{name: "epsv", aliases: []string{"epsv4", "epsv6"}, usage: "[on | off]", help: "Try EPSV and EPRT before PASV and PORT.", max: 1, args: "o", run: toggle("EPSV and EPRT", func(t *settings) *bool { return &t.extended })},
		{name: "ascii", help: "Transfer text: ends of lines become those of the other side.", run: func(_ context.Context, s *Shell, _ []arg) error { return s.setType(true) }},
		{name: "binary", aliases: []string{"image"}, help: "Transfer files as they are (the default).", run: func(_ context.Context, s *Shell, _ []arg) error { return s.setType(false) }},
		{name: "type", usage: "[ascii | binary]", help: "Show or choose the type of transfers.", max: 1, args: "o", run: runType},
		{name: "prompt", usage: "[on | off]", help: "Ask about each file of mget, mput and mdelete.", max: 1, args: "o", run: toggle("asking about each file", func(t *settings) *bool { return &t.prompt })},
		{name: "glob", usage: "[on | off]", help: "Take *, ? and [...] in names for patterns.", max: 1, args: "o", run: toggle("patterns", func(t *settings) *bool { return &t.glob })},
		{name: "case", usage: "[on | off]", help: "Write names of the server that have no small letter in small letters here.", max: 1, args: "o", run: toggle("small letters for mget", func(t *settings) *bool { return &t.lower })},
		{name: "runique", usage: "[on | off]", help: "Bring files to a new name where there is one of that name here: NAME.1, NAME.2 and so on.", max: 1, args: "o", run: toggle("new names here", func(t *settings) *bool { return &t.runique })},
		{name: "sunique", usage: "[on | off]", help: "Have the server choose a new name for each file that is sent (STOU).", max: 1, args: "o", run: toggle("new names on the server", func(t *settings) *bool { return &t.sunique })},
		{name: "preserve", usage: "[on | off]", help: "Keep the time of the last change of files.", max: 1, args: "o", run: toggle("keeping times", func(t *settings) *bool { return &t.keepTime })},
		{name: "bell", usage: "[on | off]", help: "Ring the bell behind each file.", max: 1, args: "o", run: toggle("the bell", func(t *settings) *bool { return &t.bell })},
		{name: "progress", usage: "[on | off]", help: "Show how far a transfer is.", max: 1, args: "o", run: toggle("progress", func(t *settings) *bool { return &t.progress })},
		{name: "hash", usage: "[on | off | BYTES]", help: "Print a # for so many bytes (1024) instead of the progress.", max: 1, args: "o", run: runHash},
		{name: "rate", aliases: []string{"throttle"}, usage: "[off | BYTES]", help: "Show or set the most bytes a second, such as 500K.", max: 1, args: "o", run: runRate},
		{name: "verbose", usage: "[on | off]", help: "Show the dialogue with the server, without passwords.", max: 1, args: "o", run: runLevel(1)},
		{name: "debug", aliases: []string{"trace"}, usage: "[on | off]", help: "Show the dialogue and the modes of data connections that are tried.", max: 1, args: "o", run: runLevel(2)},
	}
}

// onOff reads the argument of a switch; none turns it over.
func onOff(args []arg, now bool) (bool, error) {
	if len(args) == 0 {
		return !now, nil
	}
	switch strings.ToLower(args[0].text) {
	case "on", "yes", "1":
		return true, nil
	case "off", "no", "0":
		return false, nil
	}
	return now, wrongUse("want on or off, not %q", args[0].text)
}

func toggle(what string, of func(*settings) *bool) func(context.Context, *Shell, []arg) error {
	return func(_ context.Context, s *Shell, args []arg) error {
		at := of(&s.set)
		on, err := onOff(args, *at)
		if err != nil {
			return err
		}
		*at = on
		s.adjust()
		s.say("%s: %s", what, onOffText(on))
		return nil
	}
}

func onOffText(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// runPassive and runActive choose between the two kinds of modes, and all of them.
func runPassive(_ context.Context, s *Shell, args []arg) error {
	return s.choose(args, ftpclient.Passive(), ftpclient.Active())
}

func runActive(_ context.Context, s *Shell, args []arg) error {
	return s.choose(args, ftpclient.Active(), ftpclient.Passive())
}

func (s *Shell) choose(args []arg, on, off []ftpclient.Mode) error {
	s.set.chosen = true
	switch {
	case len(args) == 0 && slices.Equal(s.set.modes, on), len(args) == 1 && strings.EqualFold(args[0].text, "auto"):
		s.set.modes = nil
	default:
		yes, err := onOff(args, false)
		if err != nil {
			return wrongUse("want on, off or auto, not %q", args[0].text)
		}
		s.set.modes = off
		if yes {
			s.set.modes = on
		}
	}
	return s.showModes()
}

func (s *Shell) showModes() error {
	s.adjust()
	s.say("data connections: %s", modesText(s.set.ladder()))
	return nil
}

func modesText(modes []ftpclient.Mode) string {
	words := make([]string, len(modes))
	for i, m := range modes {
		words[i] = string(m)
	}
	text := strings.Join(words, ", ")
	switch {
	case slices.Equal(modes, ftpclient.Auto()):
		return "auto (" + text + ")"
	case slices.Equal(modes, ftpclient.Passive()):
		return "passive (" + text + ")"
	case slices.Equal(modes, ftpclient.Active()):
		return "active (" + text + ")"
	}
	return text
}

func runMode(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		s.set.chosen = true
		switch word := strings.ToLower(args[0].text); word {
		case "stream", "s":
			s.say("the transmission mode is stream: there is no other here")
			return nil
		case "auto":
			s.set.modes = nil
		default:
			modes, err := ftpclient.ParseModes(word)
			if err != nil {
				return &usageError{err.Error()}
			}
			s.set.modes = modes
		}
	}
	return s.showModes()
}

func (s *Shell) setType(ascii bool) error {
	s.set.ascii = ascii
	s.adjust()
	return s.showType()
}

func (s *Shell) showType() error {
	s.say("type: %s", map[bool]string{true: "ascii (text)", false: "binary (files as they are)"}[s.set.ascii])
	return nil
}

func runType(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 0 {
		return s.showType()
	}
	switch strings.ToLower(args[0].text) {
	case "ascii", "a":
		return s.setType(true)
	case "binary", "image", "i":
		return s.setType(false)
	}
	return wrongUse("want ascii or binary, not %q: other types have no use today", args[0].text)
}

func runHash(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		if n, err := parseBytes(args[0].text); err == nil && n > 1 {
			s.set.hash, s.set.hashMark = true, n
			s.say("a # for each %d bytes", n)
			return nil
		}
	}
	on, err := onOff(args, s.set.hash)
	if err != nil {
		return wrongUse("want on, off or a number of bytes, not %q", args[0].text)
	}
	s.set.hash = on
	s.say("a # for each %d bytes: %s", s.set.hashMark, onOffText(on))
	return nil
}

func runRate(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		if strings.EqualFold(args[0].text, "off") || args[0].text == "0" {
			s.set.limit = 0
		} else {
			n, err := parseBytes(args[0].text)
			if err != nil {
				return err
			}
			s.set.limit = n
		}
	}
	if s.set.limit == 0 {
		s.say("rate: no limit")
	} else {
		s.say("rate: at most %d bytes a second", s.set.limit)
	}
	return nil
}

// parseBytes reads a number of bytes, such as 500K or 2M.
func parseBytes(text string) (int64, error) {
	digits, unit := text, int64(1)
	for i, letter := range []string{"k", "m", "g"} {
		if cut, ok := strings.CutSuffix(strings.ToLower(text), letter); ok {
			digits, unit = cut, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1 {
		return 0, wrongUse("%q is no number of bytes: want such as 500K", text)
	}
	return n * unit, nil
}

func runLevel(level int) func(context.Context, *Shell, []arg) error {
	return func(_ context.Context, s *Shell, args []arg) error {
		on, err := onOff(args, s.set.level >= level)
		if err != nil {
			return err
		}
		switch {
		case on:
			s.set.level = level
		default:
			s.set.level = level - 1
			if level == 2 {
				s.set.level = 0
			}
		}
		s.adjust()
		fmt.Fprintln(s.cfg.Output, map[int]string{0: "the dialogue is not shown", 1: "the dialogue is shown", 2: "the dialogue and the modes that are tried are shown"}[s.set.level])
		return nil
	}
}

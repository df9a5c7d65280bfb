package config

import (
	"bytes"
	"os"
	"strings"
)

// Source is one piece of configuration text.
type Source struct {
	// Name is what complaints call the source, a file name as a rule. It is not
	// used for a setting.
	Name string
	// Text is the text of a file, or of one setting.
	Text []byte
	// Setting means that Text is one NAME=VALUE of the command line, which
	// knows no lines and no comments. Complaints call it "-o" and count it
	// among the sources.
	Setting bool
}

// Load reads configuration as vsftpd's command line gives it: an argument that
// begins with -o is a setting (-oNAME=VALUE), another one is the path of a file.
// They take effect in their order, the later one wins; without any, the
// defaults hold.
//
// A file must be regular and at most 100000 bytes long. It need not belong to
// the caller, but root does not follow a file that others can write: one with
// mode 002, or with 020 and a group that is not root's.
//
// The error is of type Complaints and holds everything that is wrong. The
// Config is never nil; beside an error it holds what could be read.
func Load(args ...string) (*Config, error) {
	l := newLoader()
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-o"):
			l.setting(i+1, arg[len("-o"):])
		case strings.HasPrefix(arg, "-"):
			l.errors = append(l.errors, &Complaint{
				File: "-o", Line: i + 1, Column: 1, Text: escape(arg, maxShown),
				Message: oops + "unrecognise option: " + escape(arg, maxShown),
				Hint:    "settings are given as -oNAME=VALUE, without a space after the -o",
				Cause:   CauseArgumentUnknown,
			})
		default:
			text, complaint := readFile(arg, os.Geteuid(), false)
			if complaint != nil {
				l.errors = append(l.errors, complaint)
				continue
			}
			l.file(arg, text)
		}
	}
	return l.finish()
}

// Parse reads configuration that is in memory. It is Load in all else.
func Parse(sources ...Source) (*Config, error) {
	l := newLoader()
	for i, s := range sources {
		if s.Setting {
			l.setting(i+1, string(s.Text))
			continue
		}
		if len(s.Text) > maxFile {
			l.errors = append(l.errors, tooLarge(s.Name))
			continue
		}
		l.file(s.Name, s.Text)
	}
	return l.finish()
}

// loader collects what the sources say.
type loader struct {
	config   *Config
	errors   Complaints
	warnings Complaints
	sources  int
	assigned map[string]int // line of each option in the file at hand
}

func newLoader() *loader {
	return &loader{config: &Config{Settings: Defaults()}}
}

// file reads the lines of a file. A line ends at a newline; one that is empty or
// all space, or that begins with #, says nothing.
func (l *loader) file(name string, text []byte) {
	l.sources++
	l.assigned = make(map[string]int)
	for number := 1; len(text) > 0; number++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		if s := string(line); trimSpace(s) != "" && s[0] != '#' {
			l.line(place{file: name, line: number}, s)
		}
	}
	l.assigned = nil
}

// setting reads one setting of the command line.
func (l *loader) setting(number int, text string) {
	l.sources++
	l.line(place{file: "-o", line: number}, text)
}

// finish looks at the settings as a whole.
func (l *loader) finish() (*Config, error) {
	l.config.Warnings = l.warnings
	if l.sources > 0 {
		l.config.Warnings = append(l.config.Warnings, review(l.config)...)
	}
	return l.config, l.errors.err()
}

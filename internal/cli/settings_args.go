package cli

import (
	"errors"
	"strings"
)

// settingMark stands before a setting (-oNAME=VALUE) while the flags are parsed:
// it makes an argument of it, so that it keeps its place among the files. The
// later one of both wins, as it does for vsftpd. No argument of a process can
// hold a NUL, so the mark is nobody else's.
const settingMark = "\x00"

// markSettings marks the settings among the arguments of the commands that take
// them. Behind "--" everything is an argument anyway.
func markSettings(args []string) []string {
	marked := make([]string, len(args))
	copy(marked, args)
	if len(args) == 0 || args[0] != "serve" && args[0] != "config" && args[0] != "rules" {
		return marked
	}
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "-o") {
			marked[i] = settingMark + arg
		}
	}
	return marked
}

// sourcesOf gives the files and settings in their order, without marks.
func sourcesOf(args []string) ([]string, error) {
	sources := make([]string, len(args))
	for i, arg := range args {
		sources[i] = strings.TrimPrefix(arg, settingMark)
		if sources[i] == "-o" {
			return nil, errors.New("-o stands alone: settings are given as -oNAME=VALUE, without a space behind the -o")
		}
	}
	return sources, nil
}

// isSetting tells a setting from a file.
func isSetting(source string) bool { return strings.HasPrefix(source, "-o") }

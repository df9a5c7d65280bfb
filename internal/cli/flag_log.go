package cli

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"
)

// levelFlag is --log-level.
type levelFlag struct {
	slog.Level
}

func levelNames() []string { return []string{"debug", "info", "warn", "error"} }

// String implements pflag.Value.
func (f *levelFlag) String() string { return strings.ToLower(f.Level.String()) }

// Type implements pflag.Value.
func (f *levelFlag) Type() string { return "level" }

// Set implements pflag.Value.
func (f *levelFlag) Set(text string) error {
	for _, name := range levelNames() {
		if text == name {
			return f.UnmarshalText([]byte(name))
		}
	}
	return errors.New("want debug, info, warn or error")
}

// formatFlag is --log-format.
type formatFlag struct {
	json bool
}

// String implements pflag.Value.
func (f *formatFlag) String() string {
	if f.json {
		return "json"
	}
	return "text"
}

// Type implements pflag.Value.
func (f *formatFlag) Type() string { return "format" }

// Set implements pflag.Value.
func (f *formatFlag) Set(text string) error {
	switch text {
	case "text", "json":
		f.json = text == "json"
		return nil
	}
	return errors.New("want text or json")
}

// newLogger makes the log. On a terminal the time of day is enough.
func newLogger(w io.Writer, level slog.Level, asJSON bool) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	if isTerminal(w) {
		opts.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.String(slog.TimeKey, a.Value.Time().Format(time.TimeOnly))
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"listen=YES", 20, "listen=YES"},
		{"a\r\n\x00\x1b[m\x7f", 40, `a\r\n\x00\x1b[m\x7f`},
		{"é\xe9", 20, `é\xe9`},
		{"\u202eabc", 20, `\u202eabc`},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcdef..."},
	} {
		if got := escape(tt.text, tt.limit); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestComplaintsAreErrors looks into the error as callers do.
func TestComplaintsAreErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.conf")
	c, err := Load(missing, "-onosuch=1", "-olisten=YES")
	if c == nil || !c.Settings.Listen {
		t.Errorf("the rest is not read: %+v", c)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	all, ok := errors.AsType[Complaints](err)
	if !ok || len(all) != 2 {
		t.Fatalf("%v: %d complaints, want 2", err, len(all))
	}
	first, ok := errors.AsType[*Complaint](err)
	if !ok || first != all[0] || first.Cause != CauseFileUnreadable || first.Line != 0 {
		t.Errorf("first: %+v", first)
	}
	if want := missing + ": 500 OOPS: cannot read config file: " + missing; first.Summary() != want {
		t.Errorf("got %q, want %q", first.Summary(), want)
	}
	second := all[1]
	if want := "-o:2:1: 500 OOPS: unrecognised variable in config file: nosuch\n\tnosuch=1"; second.Error() != want {
		t.Errorf("got %q, want %q", second.Error(), want)
	}
	if !strings.Contains(err.Error(), first.Error()) || !strings.Contains(err.Error(), second.Error()) {
		t.Errorf("%q does not hold both", err)
	}
}

// TestCausesAreListed checks that every cause that is used is explained once.
func TestCausesAreListed(t *testing.T) {
	listed := make(map[string]Severity)
	for _, c := range Causes() {
		if _, twice := listed[c.Cause]; twice {
			t.Errorf("%s is listed twice", c.Cause)
		}
		if c.Meaning == "" {
			t.Errorf("%s has no meaning", c.Cause)
		}
		listed[c.Cause] = c.Severity
	}
	used := make(map[string]bool)
	check := func(cs Complaints) {
		for _, c := range cs {
			used[c.Cause] = true
			if worst, ok := listed[c.Cause]; !ok || c.Severity < worst {
				t.Errorf("%s is reported with severity %s", c.Cause, c.Severity)
			}
		}
	}
	for _, test := range allConftests(t) {
		c, err := Parse(test.sources...)
		all, _ := errors.AsType[Complaints](err)
		check(all)
		check(c.Warnings)
		all, _ = errors.AsType[Complaints](c.Validate(false))
		check(all)
	}
	// These are about files and arguments, and files of single users, which the
	// tests of testdata have not.
	for _, cause := range []string{
		CauseFileUnreadable, CauseFileNotRegular, CauseFileTooLarge, CauseFileWritable, CauseArgumentUnknown,
		CauseRefused, CauseFileOwner,
	} {
		used[cause] = true
	}
	for cause := range listed {
		if !used[cause] {
			t.Errorf("%s never comes up", cause)
		}
	}
}

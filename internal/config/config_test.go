package config

import (
	"errors"
	"testing"
)

// TestEffective checks that the last assignment of an option counts, whichever
// way it is spelled.
func TestEffective(t *testing.T) {
	c, err := Parse(
		Source{Name: "a", Text: []byte("ssl_enable=YES\nssl_tlsv1_1=YES\nlisten=YES\n")},
		Source{Name: "b", Text: []byte("ssl_tlsv11=NO\nssl_enable=NO\n")},
	)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Assignments) != 5 {
		t.Errorf("%d assignments, want 5", len(c.Assignments))
	}
	want := []string{"a:3:1", "b:1:1", "b:2:1"}
	got := c.Effective()
	if len(got) != len(want) {
		t.Fatalf("%d are effective, want %d", len(got), len(want))
	}
	for i, a := range got {
		if position(a) != want[i] {
			t.Errorf("%d: %s, want %s", i, position(a), want[i])
		}
	}
	if r := c.Refused(); len(r) != 0 {
		t.Errorf("refused: %v", r)
	}
	for _, w := range c.Warnings {
		if w.Cause == CauseAssignedTwice {
			t.Errorf("two files may set one option: %v", w)
		}
	}
}

// TestValidateChanged checks that Validate sees what a caller changed, and does
// not point at a line that no longer counts.
func TestValidateChanged(t *testing.T) {
	c, err := Parse(Source{Name: "a", Text: []byte("listen=YES\nlisten_ipv6=NO\nanonymous_enable=NO\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(true); err != nil {
		t.Errorf("users can log in: %v", err)
	}
	if got := causeOf(t, c.Validate(false)); got != CauseNoAccess {
		t.Errorf("without users: %s", got)
	}
	c.Settings.ListenIPv6 = true
	err = c.Validate(true)
	complaint, _ := errors.AsType[*Complaint](err)
	if causeOf(t, err) != CauseListenTwice || complaint.Line != 0 || complaint.File != "" {
		t.Errorf("changed: %v", err)
	}
	c.Settings.Listen = false
	if err := c.Validate(true); err != nil {
		t.Errorf("changed back: %v", err)
	}
	c.Settings.FTPEnable = false
	if got := causeOf(t, c.Validate(true)); got != CauseNoProtocol {
		t.Errorf("no protocol: %s", got)
	}
}

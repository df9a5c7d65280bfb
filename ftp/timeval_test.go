package ftp

import (
	"errors"
	"testing"
	"time"
)

func TestTimeVal(t *testing.T) {
	tests := []struct {
		text string
		want time.Time
	}{
		{"20261120103005", time.Date(2026, 11, 20, 10, 30, 5, 0, time.UTC)},
		{"19700101000000", time.Unix(0, 0)},
		{"00000101000000", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"99991231235959", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"20240229120000", time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)},
		{"20261120103005.5", time.Date(2026, 11, 20, 10, 30, 5, 500_000_000, time.UTC)},
		{"20261120103005.023", time.Date(2026, 11, 20, 10, 30, 5, 23_000_000, time.UTC)},
		{"20261120103005.000000001", time.Date(2026, 11, 20, 10, 30, 5, 1, time.UTC)},
	}
	for _, tt := range tests {
		got, err := ParseTimeVal(tt.text)
		if err != nil || !got.Equal(tt.want) || got.Location() != time.UTC {
			t.Errorf("ParseTimeVal(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
		if text := string(AppendTimeValFraction(nil, tt.want)); text != tt.text {
			t.Errorf("AppendTimeValFraction(%v) = %q, want %q", tt.want, text, tt.text)
		}
		if text := FormatTimeVal(tt.want); text != tt.text[:14] {
			t.Errorf("FormatTimeVal(%v) = %q, want %q", tt.want, text, tt.text[:14])
		}
	}
}

func TestParseTimeValTolerated(t *testing.T) {
	tests := []struct{ text, want string }{
		{"20161231235960", "20170101000000"},
		{"20261120103005.0", "20261120103005"},
		{"20261120103005.1234567899", "20261120103005.123456789"},
	}
	for _, tt := range tests {
		got, err := ParseTimeVal(tt.text)
		if text := string(AppendTimeValFraction(nil, got)); err != nil || text != tt.want {
			t.Errorf("ParseTimeVal(%q) = %s, %v, want %s", tt.text, text, err, tt.want)
		}
	}
}

func TestParseTimeValErrors(t *testing.T) {
	for _, s := range []string{
		"", "2026", "2026112010300", "202611201030055", "2026-1-20103005", "20261120103005.", "20261120103005.x",
		"20261120103005,5", " 20261120103005", "20260229000000", "20261320000000", "20260020000000", "20261100000000",
		"20261131000000", "20261120240000", "20261120106000", "20261120103061", "2026112010300x",
	} {
		if got, err := ParseTimeVal(s); !errors.Is(err, ErrTimeVal) {
			t.Errorf("ParseTimeVal(%q) = %v, %v, want ErrTimeVal", s, got, err)
		}
	}
}

func TestTimeValZones(t *testing.T) {
	tm := time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600))
	if got := FormatTimeVal(tm); got != "20251231230000" {
		t.Errorf("%v is %q", tm, got)
	}
}

func TestTimeValOutOfRange(t *testing.T) {
	tests := []struct {
		t    time.Time
		want string
	}{
		{time.Date(10000, 1, 1, 0, 0, 0, 5, time.UTC), "99991231235959"},
		{time.Date(-1, 12, 31, 23, 59, 59, 5, time.UTC), "00000101000000"},
	}
	for _, tt := range tests {
		if got := string(AppendTimeValFraction(nil, tt.t)); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.t, got, tt.want)
		}
	}
}

func FuzzTimeVal(f *testing.F) {
	for _, s := range []string{"20261120103005", "20161231235960", "20261120103005.123", "20261120103005.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tm, err := ParseTimeVal(s)
		if err != nil {
			if !errors.Is(err, ErrTimeVal) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if tm.Year() > 9999 {
			return // a leap second at the end of the year 9999
		}
		text := string(AppendTimeValFraction(nil, tm))
		if again, err := ParseTimeVal(text); err != nil || !again.Equal(tm) {
			t.Fatalf("%q: %v came back as %v, %v", s, tm, again, err)
		}
	})
}

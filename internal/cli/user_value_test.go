package cli

import (
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "none": 0, "1": 1, "500000": 500000, "1K": 1024, "1k": 1024, "1KB": 1024, "1KiB": 1024, "20M": 20 << 20,
		"10G": 10 << 30, "2T": 2 << 40, "1P": 1 << 50, "7E": 7 << 60, "9223372036854775807": 1<<63 - 1, "5B": 5,
	} {
		n, err := parseSize(text)
		if err != nil || n != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", text, n, err, want)
		}
		if again, err := parseSize(formatSize(n)); err != nil || again != n {
			t.Errorf("%d is written %q, and read as %d, %v", n, formatSize(n), again, err)
		}
	}
	for _, text := range []string{"", "K", "-1", "+1", "1.5G", "1KK", "1X", "1iB", "1I", "8E", "9223372036854775808", " 1", "1 K", "0x10", "B", "IB", "1BK"} {
		if n, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d", text, n)
		}
	}
}

func TestParseCount(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "none": 0, "7": 7, "2147483647": 1<<31 - 1} {
		n, err := parseCount(text)
		if err != nil || n != want {
			t.Errorf("parseCount(%q) = %d, %v", text, n, err)
		}
		if again, err := parseCount(formatCount(n)); err != nil || again != n {
			t.Errorf("%d is written %q, and read as %d, %v", n, formatCount(n), again, err)
		}
	}
	for _, text := range []string{"", "-1", "x", "2147483648", "1K"} {
		if n, err := parseCount(text); err == nil {
			t.Errorf("parseCount(%q) = %d", text, n)
		}
	}
}

func TestParseExpiry(t *testing.T) {
	for text, want := range map[string]time.Time{
		"never":                     {},
		"2031-12-31":                time.Date(2031, 12, 31, 0, 0, 0, 0, time.Local),
		"2031-12-31T18:00:00Z":      time.Date(2031, 12, 31, 18, 0, 0, 0, time.UTC),
		"2031-12-31T18:00:00+02:00": time.Date(2031, 12, 31, 16, 0, 0, 0, time.UTC),
		"2031-12-31T18:00:00.5Z":    time.Date(2031, 12, 31, 18, 0, 0, 0, time.UTC),
	} {
		got, err := parseExpiry(text)
		if err != nil || !got.Equal(want) || got.IsZero() != want.IsZero() {
			t.Errorf("parseExpiry(%q) = %v, %v; want %v", text, got, err, want)
		}
		if again, err := parseExpiry(formatExpiry(got)); err != nil || !again.Equal(got) {
			t.Errorf("%v is written %q, and read as %v, %v", got, formatExpiry(got), again, err)
		}
	}
	for _, text := range []string{"", "tomorrow", "31.12.2031", "2031-13-01", "1970-01-01T00:00:00Z", "1969-12-31", "2031-12-31 18:00"} {
		if got, err := parseExpiry(text); err == nil {
			t.Errorf("parseExpiry(%q) = %v", text, got)
		}
	}
}

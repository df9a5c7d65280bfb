package config

import (
	"slices"
	"testing"
)

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"listen", "listen", 0},
		{"lsiten", "listen", 1}, // neighbours exchanged
		{"liste", "listen", 1},
		{"listenn", "listen", 1},
		{"lisden", "listen", 1},
		{"ca", "abc", 3}, // optimal string alignment edits no part twice
		{"abc", "", 3},
		{"kitten", "sitting", 3},
	} {
		if got := editDistance(tt.a, tt.b, 9); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := editDistance(tt.b, tt.a, 9); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
	if got := editDistance("a", "abcdef", 2); got <= 2 {
		t.Errorf("beyond the limit: %d", got)
	}
}

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"connetc_from_port_20", []string{"connect_from_port_20"}},
		{"pasv_mn_port", []string{"pasv_min_port"}},
		{"pasv_mxn_port", []string{"pasv_min_port"}},
		{"pasv_mxx_port", []string{"pasv_max_port"}},
		{"anon_root_", []string{"anon_root"}},
		{"local_umsak", []string{"local_umask"}},
		{"ab", nil},
		{"completely_else", nil},
	} {
		if got := nearest(tt.name); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := nearest("ssl_tlsv14"); len(got) != maxSuggestions {
		t.Errorf("of many names at one distance %v are offered, want %d", got, maxSuggestions)
	}
}

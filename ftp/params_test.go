package ftp

import "testing"

func TestParseType(t *testing.T) {
	tests := []struct {
		arg           string
		want          Type
		supported, ok bool
	}{
		{"A", TypeASCII, true, true},
		{"a", TypeASCII, true, true},
		{"A N", TypeASCII, true, true},
		{"a n", TypeASCII, true, true},
		{"I", TypeImage, true, true},
		{"i ", TypeImage, true, true},
		{"L 8", TypeImage, true, true},
		{"l8", TypeImage, true, true},
		{"L", 0, false, true},
		{"L 36", 0, false, true},
		{"L x", 0, false, false},
		{"E", 0, false, true},
		{"E N", 0, false, true},
		{"A T", 0, false, true},
		{"A C", 0, false, true},
		{"A X", 0, false, false},
		{"I N", 0, false, false},
		{"X", 0, false, false},
		{"AN", 0, false, false},
		{"A N N", 0, false, false},
		{"", 0, false, false},
	}
	for _, tt := range tests {
		got, supported, ok := ParseType(tt.arg)
		if got != tt.want || supported != tt.supported || ok != tt.ok {
			t.Errorf("ParseType(%q) = %v, %v, %v", tt.arg, got, supported, ok)
		}
	}
}

func TestTypeString(t *testing.T) {
	if TypeASCII.String() != "ASCII" || TypeImage.String() != "BINARY" {
		t.Errorf("names %q and %q", TypeASCII, TypeImage)
	}
}

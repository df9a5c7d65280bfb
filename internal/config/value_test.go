package config

import "testing"

// TestParseNumber compares with the values that vsftpd's parser has: octal
// digits after a leading 0, otherwise atoi on a system with a long of 64 bits.
func TestParseNumber(t *testing.T) {
	for _, tt := range []struct {
		text  string
		want  uint32
		fault numberFault
	}{
		{"0", 0, numberGood},
		{"00", 0, numberGood},
		{"21", 21, numberGood},
		{"4294967295", 4294967295, numberGood},
		{"4294967296", 0, numberTooLarge},
		{"4294967297", 1, numberTooLarge},
		{"9223372036854775807", 4294967295, numberTooLarge},
		{"9223372036854775808", 4294967295, numberTooLarge},
		{"99999999999999999999999", 4294967295, numberTooLarge},
		{"-1", 4294967295, numberNegative},
		{"-9223372036854775808", 0, numberNegative},
		{"-9223372036854775809", 0, numberNegative},
		{"-99999999999999999999999", 0, numberNegative},
		{"-0", 0, numberNegative},
		{"+7", 7, numberGarbage},
		{"-", 0, numberGarbage},
		{"--1", 0, numberGarbage},
		{"", 0, numberGarbage},
		{" ", 0, numberGarbage},
		{"abc", 0, numberGarbage},
		{"12abc", 12, numberGarbage},
		{"12 ", 12, numberGarbage},
		{" 12", 12, numberGarbage},
		{" 012", 12, numberGarbage},
		{"\t\v\f\r\n12", 12, numberGarbage},
		{"1e3", 1, numberGarbage},
		{"022", 18, numberGood},
		{"0777", 511, numberGood},
		{"0999", 0, numberNotOctal},
		{"0189", 1, numberNotOctal},
		{"0x1F", 0, numberGarbage},
		{"037777777777", 4294967295, numberGood},
		{"040000000000", 0, numberTooLarge},
		{"0400000000007", 7, numberTooLarge},
		{"07777777777777777777777777", 4294967295, numberTooLarge},
	} {
		got, fault := parseNumber(tt.text)
		if got != tt.want || fault != tt.fault {
			t.Errorf("%q: got %d, fault %d; want %d, fault %d", tt.text, got, fault, tt.want, tt.fault)
		}
	}
}

func TestParseBool(t *testing.T) {
	for text, want := range map[string]bool{
		"YES": true, "yes": true, "yEs": true, "TRUE": true, "true": true, "1": true,
		"NO": false, "no": false, "FALSE": false, "fAlse": false, "0": false,
	} {
		if got, ok := parseBool(text); !ok || got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", " YES", "YES ", "Y", "ON", "OFF", "01", "2", "YES\r", "YEſ", "tr\xfce"} {
		if got, ok := parseBool(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// TestPassiveRange compares with vsftpd's choice of the ends.
func TestPassiveRange(t *testing.T) {
	for _, tt := range []struct {
		least, most     uint32
		lowest, highest uint16
	}{
		{0, 0, 1024, 65535},
		{5001, 0, 5001, 65535},
		{1023, 0, 1024, 65535},
		{1024, 1024, 1024, 1024},
		{50000, 50000, 50000, 50000},
		{50000, 50010, 50000, 50010},
		{50000, 49999, 50000, 65535},
		{0, 1023, 1024, 65535},
		{65535, 0, 65535, 65535},
		{65536, 60000, 1024, 60000},
		{4294967291, 4294967295, 1024, 65535},
		{1025, 65535, 1025, 65535},
		{1025, 65536, 1025, 65535},
	} {
		s := Settings{PasvMinPort: tt.least, PasvMaxPort: tt.most}
		if lowest, highest := s.PassiveRange(); lowest != tt.lowest || highest != tt.highest {
			t.Errorf("%d to %d: got %d to %d, want %d to %d", tt.least, tt.most, lowest, highest, tt.lowest, tt.highest)
		}
	}
}

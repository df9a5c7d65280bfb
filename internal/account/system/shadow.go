package system

import (
	"strconv"
	"strings"
	"time"
)

// shadow is a line of /etc/shadow. Days count from 1970; -1 is an empty field.
type shadow struct {
	hash    string
	changed int64 // the day of the last change; 0 asks for one
	max     int64 // days that a password lasts
	inact   int64 // days after that in which it may be changed
	expires int64 // the day from which on the account is closed
}

// shadow finds the line of a user; nil if there is none, or no file.
func (f Files) shadow(name string) (*shadow, error) {
	var s *shadow
	err := eachLine(f.Shadow, func(line string) bool {
		if strings.HasPrefix(line, name+":") {
			s = parseShadow(line)
		}
		return s == nil
	})
	if err != nil && !missing(err) {
		return nil, err
	}
	return s, nil
}

// parseShadow reads a line of shadow(5); nil if it is none. Fields that are
// missing at the end are empty. A number that cannot be read closes the account:
// nobody knows what its writer meant to keep shut.
func parseShadow(line string) *shadow {
	fields, ok := record(line, 2)
	if !ok {
		return nil
	}
	for len(fields) < 8 {
		fields = append(fields, "")
	}
	s := &shadow{hash: fields[1]}
	for i, field := range []*int64{2: &s.changed, 4: &s.max, 6: &s.inact, 7: &s.expires} {
		if field == nil {
			continue
		}
		if *field, ok = days(fields[i]); !ok {
			return &shadow{hash: fields[1], changed: -1, max: -1, inact: -1, expires: 0}
		}
	}
	return s
}

// days reads a field: -1 for an empty or negative one.
func days(text string) (int64, bool) {
	if text == "" {
		return -1, true
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return max(n, -1), err == nil
}

// check finds out whether an account may be used on a day, as pam_unix and
// login(1) do. A password that must be changed is refused: FTP cannot change it.
func (s *shadow) check(now time.Time) error {
	const secondsPerDay = 24 * 60 * 60
	today := now.Unix() / secondsPerDay
	age := today - s.changed
	switch {
	case s.expires >= 0 && today >= s.expires:
		return ErrExpired
	case locked(s.hash):
		return ErrLocked
	case s.changed == 0:
		return ErrMustChange
	case s.changed < 0 || s.max < 0 || age < s.max: // a change in the future has a negative age
		return nil
	case s.inact >= 0 && age >= s.max+s.inact:
		return ErrAged
	}
	return ErrMustChange
}

// locked reports a field that no password fits: "!" (and "!!" of other systems)
// before a hash locks it, "*" stands for no login by password.
func locked(hash string) bool { return hash != "" && (hash[0] == '!' || hash[0] == '*') }

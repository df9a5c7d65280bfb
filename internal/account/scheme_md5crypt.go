package account

import (
	"crypto/md5"
	"crypto/subtle"
	"errors"
	"strings"
)

// parseMD5Crypt reads $1$ (crypt(3)) or $apr1$ (Apache, htpasswd(1)), a salt of
// up to 8 characters, $ and 22 characters of hash.
func parseMD5Crypt(text string) (*hashed, error) {
	scheme, magic := schemeMD5, "$1$"
	if strings.HasPrefix(text, "$apr1$") {
		scheme, magic = schemeApache, "$apr1$"
	}
	salt, want, ok := strings.Cut(text[len(magic):], "$")
	switch {
	case !ok || len(want) != 22 || !isCrypt64(want):
		return nil, errors.New(scheme + ": want a salt, $ and 22 characters")
	case len(salt) > 8:
		return nil, errors.New(scheme + ": the salt is longer than 8 characters")
	}
	return &hashed{scheme: scheme, weak: true, match: func(password []byte) (bool, error) {
		got := md5Crypt(password, []byte(salt), magic)
		return subtle.ConstantTimeCompare(got, []byte(want)) == 1, nil
	}}, nil
}

// md5Crypt computes Poul-Henning Kamp's hash, the 22 characters alone. The magic
// is part of what is hashed: it is all that tells Apache's form from crypt(3)'s.
func md5Crypt(password, salt []byte, magic string) []byte {
	inner := md5.New()
	inner.Write(password)
	inner.Write(salt)
	inner.Write(password)
	sum := inner.Sum(nil)

	d := md5.New()
	d.Write(password)
	d.Write([]byte(magic))
	d.Write(salt)
	for n := len(password); n > 0; n -= md5.Size {
		d.Write(sum[:min(n, md5.Size)])
	}
	for n := len(password); n > 0; n >>= 1 {
		if n&1 == 1 {
			d.Write([]byte{0})
		} else {
			d.Write(password[:1])
		}
	}
	sum = d.Sum(sum[:0])

	for round := range 1000 {
		d.Reset()
		first, last := sum, password
		if round%2 == 1 {
			first, last = password, sum
		}
		d.Write(first)
		if round%3 != 0 {
			d.Write(salt)
		}
		if round%7 != 0 {
			d.Write(password)
		}
		d.Write(last)
		sum = d.Sum(sum[:0])
	}

	text := make([]byte, 0, 22)
	for i := range 5 {
		last := i + 12
		if i == 4 {
			last = 5
		}
		text = appendCrypt64(text, uint32(sum[i])<<16|uint32(sum[i+6])<<8|uint32(sum[last]), 4)
	}
	return appendCrypt64(text, uint32(sum[11]), 2)
}

// appendCrypt64 appends n digits of a number, the lowest first.
func appendCrypt64(text []byte, number uint32, n int) []byte {
	for range n {
		text = append(text, crypt64[number&63])
		number >>= 6
	}
	return text
}

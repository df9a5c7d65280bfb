package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrHash is what is wrapped by the errors of a hash that cannot be verified: of
// an unknown form, malformed, or so costly that it must be a mistake.
var ErrHash = errors.New("this password hash cannot be verified")

// The names of the forms of hashes, as Scheme gives them.
const (
	schemeArgon2id  = "argon2id"
	schemeArgon2i   = "argon2i"
	schemeBcrypt    = "bcrypt"
	schemeSHA512    = "sha512crypt"
	schemeSHA256    = "sha256crypt"
	schemeMD5       = "md5crypt"
	schemeApache    = "apr1"
	schemeYescrypt  = "yescrypt"
	schemeScrypt    = "scrypt"
	schemePlainSHA1 = "sha1"
)

// A hashed is a hash that has been read.
type hashed struct {
	scheme string
	memory uint64 // bytes that match needs, where they are many
	// match computes the hash of a password and compares.
	match func(password []byte) (bool, error)
	// weak says that a new hash would be harder to guess.
	weak bool
}

// Verify says whether a password is the one that a hash was made of. Beside what
// Hash makes it knows argon2id and argon2i of any cost, bcrypt, yescrypt, scrypt
// ($7$, of Pure-FTPd), sha512crypt, sha256crypt, md5crypt, apr1 and Apache's
// {SHA}. needsRehash says that a hash made anew would be better. An error wraps
// ErrHash, or is ctx's: like Hash it waits for its turn.
func Verify(ctx context.Context, hash, password string) (ok, needsRehash bool, err error) {
	h, err := parseHash(hash)
	if err != nil {
		return false, false, err
	}
	if len(password) > MaxPassword {
		return false, h.weak, nil
	}
	leave, err := enter(ctx, h.memory)
	if err != nil {
		return false, false, err
	}
	defer leave()
	if ok, err = h.match([]byte(password)); err != nil {
		return false, false, fmt.Errorf("%w: %s: %w", ErrHash, h.scheme, err)
	}
	return ok, h.weak, nil
}

// Scheme names the form of a hash, such as "argon2id" or "md5crypt"; "none" for
// no hash and "unknown" for one that Verify refuses.
func Scheme(hash string) string {
	if hash == "" {
		return "none"
	}
	h, err := parseHash(hash)
	if err != nil {
		return "unknown"
	}
	return h.scheme
}

// schemes are the forms of hashes by what they begin with. None begins with
// another.
var schemes = []struct {
	prefix string
	parse  func(text string) (*hashed, error)
}{
	{"$argon2id$", parseArgon2},
	{"$argon2i$", parseArgon2},
	{"$2a$", parseBcrypt},
	{"$2b$", parseBcrypt},
	{"$2y$", parseBcrypt},
	{"$6$", parseSHACrypt},
	{"$5$", parseSHACrypt},
	{"$1$", parseMD5Crypt},
	{"$apr1$", parseMD5Crypt},
	{"$y$", parseYescrypt},
	{"$7$", parseScrypt},
	{"{SHA}", parsePlainSHA1},
}

// parseHash reads a hash of any form.
func parseHash(text string) (*hashed, error) {
	for _, s := range schemes {
		if !strings.HasPrefix(text, s.prefix) {
			continue
		}
		h, err := s.parse(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrHash, err)
		}
		return h, nil
	}
	switch {
	case text == "":
		return nil, fmt.Errorf("%w: there is none", ErrHash)
	case isDES(text):
		return nil, fmt.Errorf("%w: DES crypt looks at 8 characters of a password and is guessed within hours; set a new one", ErrHash)
	case strings.HasPrefix(text, "!"), strings.HasPrefix(text, "*"):
		return nil, fmt.Errorf("%w: the password is locked", ErrHash)
	case strings.HasPrefix(text, "$"):
		scheme, _, _ := strings.Cut(text[1:], "$")
		return nil, fmt.Errorf("%w: the form $%.16s$ is unknown", ErrHash, scheme)
	}
	return nil, fmt.Errorf("%w: its form is unknown", ErrHash)
}

// isDES reports what looks like traditional DES crypt: 2 characters of salt and
// 11 of hash; or its extended form, an underscore and 19 characters.
func isDES(text string) bool {
	rest, extended := strings.CutPrefix(text, "_")
	if extended {
		return len(rest) == 19 && isCrypt64(rest)
	}
	return len(text) == 13 && isCrypt64(text)
}

// crypt64 are the digits of crypt(3), from 0 to 63.
const crypt64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// isCrypt64 reports a text of nothing but digits of crypt(3).
func isCrypt64(text string) bool { return strings.Trim(text, crypt64) == "" }

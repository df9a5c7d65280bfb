package account

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/go-crypt/x/yescrypt"
	"golang.org/x/crypto/scrypt"
)

// The bounds of what a hash of scrypt or yescrypt may cost: the memory in bytes,
// and the logarithm of N, which are those of the library for yescrypt.
const (
	maxScryptMemory = 1 << 30
	minLogN         = 10
	maxLogN         = 18
)

// parseYescrypt reads $y$, parameters, $, a salt, $ and 43 characters of hash
// (crypt(5)). Of the parameters those that crypt_gensalt(3) makes are known.
func parseYescrypt(text string) (*hashed, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 || len(parts[4]) != 43 || !isCrypt64(parts[4]) {
		return nil, errors.New("yescrypt: want $y$PARAMETERS$SALT$ and 43 characters")
	}
	parameters, salt := parts[2], parts[3]
	if len(parameters) != 3 || parameters[0] != 'j' || !isCrypt64(parameters) {
		return nil, fmt.Errorf("yescrypt: the parameters %.16q are unknown", parameters)
	}
	logN, r := crypt64Value(parameters[1:2])+1, crypt64Value(parameters[2:3])+1
	memory, err := scryptMemory(logN, r)
	if err != nil {
		return nil, fmt.Errorf("yescrypt: %w", err)
	}
	if len(salt) > 86 || yescrypt.Decode64([]byte(salt)) == nil {
		return nil, errors.New("yescrypt: want a salt of up to 86 digits")
	}
	return &hashed{scheme: schemeYescrypt, memory: memory, weak: true, match: func(password []byte) (bool, error) {
		got, err := yescrypt.Hash(password, []byte(text))
		return subtle.ConstantTimeCompare(got, []byte(text)) == 1, err
	}}, nil
}

// parseScrypt reads $7$, one digit for the logarithm of N, five each for r and
// p, a salt, $ and 43 characters of hash (crypt(5)); Pure-FTPd wrote it before
// argon2.
func parseScrypt(text string) (*hashed, error) {
	rest := text[len("$7$"):]
	const digits = 1 + 5 + 5
	if len(rest) < digits || !isCrypt64(rest[:digits]) {
		return nil, errors.New("scrypt: want $7$ and 11 digits")
	}
	logN, r, p := crypt64Value(rest[:1]), crypt64Value(rest[1:6]), crypt64Value(rest[6:11])
	dollar := strings.LastIndexByte(rest, '$')
	if dollar < digits {
		return nil, errors.New("scrypt: want a salt, $ and 43 characters")
	}
	// The digits of the salt are hashed as they are.
	salt, want := rest[digits:dollar], rest[dollar+1:]
	if len(want) != 43 || !isCrypt64(want) || len(salt) > 128 {
		return nil, errors.New("scrypt: want a salt, $ and 43 characters")
	}
	memory, err := scryptMemory(logN, r)
	if err != nil {
		return nil, fmt.Errorf("scrypt: %w", err)
	}
	if p < 1 || uint64(p)*memory > 2*maxScryptMemory {
		return nil, fmt.Errorf("scrypt: p=%d is out of range", p)
	}
	return &hashed{scheme: schemeScrypt, memory: memory, weak: true, match: func(password []byte) (bool, error) {
		key, err := scrypt.Key(password, []byte(salt), 1<<logN, int(r), int(p), 32)
		if err != nil {
			return false, err
		}
		return subtle.ConstantTimeCompare(yescrypt.Encode64(key), []byte(want)) == 1, nil
	}}, nil
}

// scryptMemory is what N blocks of 128·r bytes take.
func scryptMemory(logN, r uint32) (uint64, error) {
	if logN < minLogN || logN > maxLogN || r < 1 || r > 32 {
		return 0, fmt.Errorf("N=2^%d and r=%d are out of range", logN, r)
	}
	return uint64(128) * uint64(r) << logN, nil // at most maxScryptMemory
}

// crypt64Value reads digits of crypt(3), the lowest first; up to five.
func crypt64Value(digits string) uint32 {
	n := uint32(0)
	for i := range len(digits) {
		n |= uint32(strings.IndexByte(crypt64, digits[i])) << (6 * i)
	}
	return n
}

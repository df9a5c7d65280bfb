package account

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-crypt/x/crypt"
)

// The rounds of sha256crypt and sha512crypt (crypt(5)). A hash never says fewer
// than the least, and more than are worth a login are refused.
const (
	defaultSHARounds = 5000
	leastSHARounds   = 1000
	maxSHARounds     = 1_000_000
)

// parseSHACrypt reads $5$ or $6$, perhaps rounds=N$, a salt, $ and a hash.
func parseSHACrypt(text string) (*hashed, error) {
	scheme, size, newHash := schemeSHA512, 86, sha512.New
	if strings.HasPrefix(text, "$5$") {
		scheme, size, newHash = schemeSHA256, 43, sha256.New
	}
	rounds := uint64(defaultSHARounds)
	rest := text[3:]
	if after, ok := strings.CutPrefix(rest, "rounds="); ok {
		number, tail, _ := strings.Cut(after, "$")
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%s: want a number of rounds, not %.16q", scheme, number)
		}
		if n < leastSHARounds || n > maxSHARounds {
			return nil, fmt.Errorf("%s: want %d to %d rounds, not %d", scheme, leastSHARounds, maxSHARounds, n)
		}
		rounds, rest = n, tail
	}
	salt, want, ok := strings.Cut(rest, "$")
	switch {
	case !ok || len(want) != size || !isCrypt64(want):
		return nil, fmt.Errorf("%s: want a salt, $ and %d characters", scheme, size)
	case len(salt) > 16:
		return nil, errors.New(scheme + ": the salt is longer than 16 characters")
	}
	return &hashed{scheme: scheme, weak: true, match: func(password []byte) (bool, error) {
		got := crypt.KeySHACrypt(newHash, password, []byte(salt), int(rounds))
		return subtle.ConstantTimeCompare(got, []byte(want)) == 1, nil
	}}, nil
}

package account

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/bcrypt"
)

// maxBcryptCost is some seconds of work: each step doubles it.
const maxBcryptCost = 16

// parseBcrypt reads $2b$COST$ with 22 characters of salt and 31 of hash; $2a$ and
// $2y$ mean the same here. $2x$ does not: it is that of an old mistake.
func parseBcrypt(text string) (*hashed, error) {
	// The library reads what stands behind the 60 characters as well.
	if len(text) != 60 {
		return nil, errors.New("bcrypt: want 60 characters")
	}
	hash := []byte(text)
	cost, err := bcrypt.Cost(hash)
	switch {
	case err != nil:
		return nil, fmt.Errorf("bcrypt: %w", err)
	case cost > maxBcryptCost:
		return nil, fmt.Errorf("bcrypt: the cost %d is too high for a login", cost)
	case !isCrypt64(text[7:]):
		return nil, errors.New("bcrypt: the salt or the hash is not in its base64")
	}
	return &hashed{scheme: schemeBcrypt, weak: true, match: func(password []byte) (bool, error) {
		err := bcrypt.CompareHashAndPassword(hash, password)
		if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
			return false, nil
		}
		return err == nil, err
	}}, nil
}

package account

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"errors"
)

// parsePlainSHA1 reads {SHA} and 20 bytes in base64, the form of Apache's
// htpasswd -s, which has no salt.
func parsePlainSHA1(text string) (*hashed, error) {
	want, err := base64.StdEncoding.Strict().DecodeString(text[len("{SHA}"):])
	if err != nil || len(want) != sha1.Size {
		return nil, errors.New("sha1: want {SHA} and 20 bytes in base64")
	}
	return &hashed{scheme: schemePlainSHA1, weak: true, match: func(password []byte) (bool, error) {
		got := sha1.Sum(password)
		return subtle.ConstantTimeCompare(got[:], want) == 1, nil
	}}, nil
}

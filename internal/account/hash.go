package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// The cost of a new hash: the lowest that OWASP's Password Storage Cheat Sheet
// has for argon2id. Every login of every small upload pays it, and several at
// once.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2         // passes over the memory
	hashThreads = 1
	hashSalt    = 16 // bytes
	hashKey     = 32 // bytes
)

// MaxPassword is the length of the longest password in bytes, that of crypt(3)
// (CRYPT_MAX_PASSPHRASE_SIZE). A longer one is wrong for every hash.
const MaxPassword = 512

// What is wrong with a new password.
var (
	ErrPasswordEmpty   = errors.New("the password is empty")
	ErrPasswordTooLong = fmt.Errorf("the password is longer than %d bytes", MaxPassword)
)

// Hash makes the hash of a new password, with a salt of its own: argon2id in PHC
// string form. It waits until few enough hashes are being computed, or ctx ends.
func Hash(ctx context.Context, password string) (string, error) {
	switch {
	case password == "":
		return "", ErrPasswordEmpty
	case len(password) > MaxPassword:
		return "", ErrPasswordTooLong
	}
	salt := make([]byte, hashSalt)
	_, _ = rand.Read(salt) // never fails: it ends the process instead
	leave, err := enter(ctx, hashMemory<<10)
	if err != nil {
		return "", err
	}
	defer leave()
	key := argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashKey)
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", schemeArgon2id, argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

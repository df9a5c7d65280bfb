package account

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What an argon2 hash of another program may cost. libsodium's highest
// preset takes 1 GiB and four passes, and Pure-FTPd passes over little memory some
// hundred times.
const (
	maxArgon2Memory = 1 << 20 // KiB
	maxArgon2Work   = 1 << 24 // KiB times passes
)

// parseArgon2 reads a PHC string: $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY, with
// base64 that has no padding. Only version 19 (1.3) is known.
func parseArgon2(text string) (*hashed, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return nil, errors.New("argon2: want $argon2id$v=19$m=N,t=N,p=N$SALT$KEY")
	}
	if parts[2] != "v=19" {
		return nil, fmt.Errorf("argon2: version %.16q is unknown", parts[2])
	}
	memory, passes, threads, err := parseArgon2Cost(parts[3])
	if err != nil {
		return nil, err
	}
	salt, err := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return nil, errors.New("argon2: want a salt of 8 to 64 bytes in base64")
	}
	want, err := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 128 {
		return nil, errors.New("argon2: want a key of 16 to 128 bytes in base64")
	}
	scheme, derive := parts[1], argon2.IDKey
	if scheme == schemeArgon2i {
		derive = argon2.Key
	}
	return &hashed{
		scheme: scheme,
		memory: uint64(memory) << 10,
		weak:   scheme != schemeArgon2id || memory < hashMemory || uint64(memory)*uint64(passes) < hashMemory*hashTime,
		match: func(password []byte) (bool, error) {
			got := derive(password, salt, passes, memory, threads, uint32(len(want)))
			return subtle.ConstantTimeCompare(got, want) == 1, nil
		},
	}, nil
}

// parseArgon2Cost reads m=N,t=N,p=N and keeps the cost within bounds.
func parseArgon2Cost(text string) (memory, passes uint32, threads uint8, err error) {
	values := [3]uint64{}
	fields := strings.Split(text, ",")
	if len(fields) != len(values) {
		return 0, 0, 0, errors.New("argon2: want m=N,t=N,p=N")
	}
	for i, name := range []string{"m=", "t=", "p="} {
		number, ok := strings.CutPrefix(fields[i], name)
		n, err := strconv.ParseUint(number, 10, 32)
		if !ok || err != nil {
			return 0, 0, 0, errors.New("argon2: want m=N,t=N,p=N")
		}
		values[i] = n
	}
	m, t, p := values[0], values[1], values[2]
	switch {
	case p < 1 || p > 255 || t < 1 || m < 8*p:
		return 0, 0, 0, fmt.Errorf("argon2: m=%d,t=%d,p=%d is out of range", m, t, p)
	case m > maxArgon2Memory || m*t > maxArgon2Work:
		return 0, 0, 0, fmt.Errorf("argon2: m=%d,t=%d costs too much for a login", m, t)
	}
	return uint32(m), uint32(t), uint8(p), nil
}

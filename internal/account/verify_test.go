package account

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// longPassword is longer than a block of every hash, and than bcrypt looks at.
var longPassword = "a much longer password, of more than 64 bytes, which takes a turn more: " + strings.Repeat("x", 40)

// vectors are hashes that other programs have made: libxcrypt, OpenSSL, and the
// reference implementation of argon2 with its own test.
var vectors = []struct{ scheme, password, hash string }{
	{"argon2i", "password", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"},
	{"argon2id", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
	{"bcrypt", "secret", "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"},
	{"bcrypt", "secret", "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"},
	{"bcrypt", "secret", "$2a$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"},
	{"sha512crypt", "secret", "$6$rounds=1400$anotherlongsalts$Twf2eP6WMY29NT9yg1Nff0x6Ul/TWD9vkV2VVPyEX7uifmXI0FHGx3rX27ttfZtfB9phxv3003yyBPq3nGFb8."},
	{"sha512crypt", "secret", "$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz."},
	{"sha512crypt", longPassword, "$6$saltsalt$RSGDksnuOUDcbqGOLf2xAEs9aZx8sPAu6HCRybmY3WQYB2McmY.Wd6chVdDgSGYzshNX7m45s5E419ilnzXVR0"},
	{"sha256crypt", "secret", "$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi."},
	{"sha256crypt", "p\u00e4ss", "$5$saltsalt$jCzctZPuSp6n9OZQjZ0kGu4bXPOziIJjnIQAtfHRIh4"},
	{"md5crypt", "secret", "$1$abc$iCQ2D3nhptRYi27fDYv2s1"},
	{"md5crypt", "secret", "$1$$ysVNzQc4CTMkp5daOdZ.3/"},
	{"md5crypt", longPassword, "$1$saltsalt$2dud02787eRfJHRLoEO/B1"},
	{"apr1", "secret", "$apr1$abc$PZF73YJz5hJ9yyI.7OP.R."},
	{"apr1", longPassword, "$apr1$saltsalt$BDZ2G13zulvp7WigqcrLO1"},
	{"yescrypt", "secret", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0"},
	{"yescrypt", "secret", "$y$j75$..$NbEntp2l0kTUaX0PBGZbUq.ch7xFxt8GOJB8q8HdUm2"},
	{"scrypt", "secret", "$7$CU..../....saltsaltsaltsalt$lZYtutyt4uMnbWCC4xrRb39kLX8lgRaAvZ6mAYi1/e1"},
	{"scrypt", "secret", "$7$9U..../....abc$Eai5Zwz1DBW6sGt9RrsJ365015CnbVdkzxMQKfw5L/4"},
	{"sha1", "secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="},
}

func TestVerifyVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.scheme, func(t *testing.T) {
			if got := Scheme(v.hash); got != v.scheme {
				t.Errorf("Scheme(%s) = %s", v.hash, got)
			}
			for password, want := range map[string]bool{
				v.password: true, "": false, v.password[:len(v.password)-1]: false,
			} {
				ok, weak, err := Verify(t.Context(), v.hash, password)
				if ok != want || err != nil {
					t.Errorf("Verify(%s, %q) = %v, %v", v.hash, password, ok, err)
				}
				if weak == (v.scheme == "argon2id") {
					t.Errorf("Verify(%s) says needsRehash %v", v.hash, weak)
				}
			}
		})
	}
}

func TestHash(t *testing.T) {
	first, err := Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Hash(t.Context(), "secret")
	if err != nil || first == second {
		t.Errorf("two hashes of one password are equal (%v)", err)
	}
	if !strings.HasPrefix(first, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("Hash = %s", first)
	}
	if ok, weak, err := Verify(t.Context(), first, "secret"); !ok || weak || err != nil {
		t.Errorf("Verify of a new hash = %v, %v, %v", ok, weak, err)
	}
	if ok, _, err := Verify(t.Context(), second, "Secret"); ok || err != nil {
		t.Errorf("Verify of a wrong password = %v, %v", ok, err)
	}
	if _, err := Hash(t.Context(), ""); !errors.Is(err, ErrPasswordEmpty) {
		t.Errorf("Hash of nothing: %v", err)
	}
	longest := strings.Repeat("p", MaxPassword)
	hash, err := Hash(t.Context(), longest)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := Verify(t.Context(), hash, longest); !ok || err != nil {
		t.Errorf("the longest password = %v, %v", ok, err)
	}
	if ok, _, err := Verify(t.Context(), hash, longest+"p"); ok || err != nil {
		t.Errorf("a longer one = %v, %v", ok, err)
	}
	if _, err := Hash(t.Context(), longest+"p"); !errors.Is(err, ErrPasswordTooLong) {
		t.Errorf("Hash of a longer one: %v", err)
	}
}

func TestNeedsRehash(t *testing.T) {
	const tail = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for hash, want := range map[string]bool{
		"$argon2id$v=19$m=19456,t=2,p=1" + tail:  false,
		"$argon2id$v=19$m=65536,t=1,p=4" + tail:  false, // more memory, fewer passes: more work
		"$argon2id$v=19$m=19456,t=1,p=1" + tail:  true,
		"$argon2id$v=19$m=8192,t=511,p=1" + tail: true, // Pure-FTPd's: some seconds for each login
		"$argon2i$v=19$m=65536,t=9,p=1" + tail:   true,
	} {
		h, err := parseHash(hash)
		if err != nil || h.weak != want {
			t.Errorf("%s: weak %v, %v", hash, h.weak, err)
		}
	}
}

// refused are texts that are no hash to be verified, with what is said.
var refused = []struct{ hash, says string }{
	{"", "there is none"},
	{"secret", "its form is unknown"},
	{"abNANd1rDfiNc", "DES crypt"},
	{"_J9..rasmBYk8r9AiWNc", "DES crypt"},
	{"!", "locked"},
	{"*", "locked"},
	{"!$6$saltstring$AIsRs", "locked"},
	{"$md5$abc", "the form $md5$ is unknown"},
	{"$2x$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "unknown"},
	{"$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "unknown"},
	{"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "version"},
	{"$argon2id$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "want $argon2id$v=19$"},
	{"$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "out of range"},
	{"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "out of range"},
	{"$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "out of range"},
	{"$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "out of range"},
	{"$argon2id$v=19$m=64,t=1,p=256$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "out of range"},
	{"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "too much"},
	{"$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "too much"},
	{"$argon2id$v=19$m=4294967296,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "want m=N"},
	{"$argon2id$v=19$t=2,m=65536,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "want m=N"},
	{"$argon2id$v=19$m=65536,t=2,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "salt"},
	{"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFh", "key"},
	{"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$", "key"},
	{"$2b$17$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "too high"},
	{"$2b$03$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "bcrypt"},
	{"$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0", "60 characters"},
	{"$2b$05$abcdefghijklmnopqrstu!OQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "base64"},
	{"$6$rounds=999999999$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.", "rounds"},
	{"$6$rounds=1$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.", "rounds"},
	{"$6$rounds=x$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.", "number of rounds"},
	{"$6$saltstring$AIsRs", "86 characters"},
	{"$5$saltsaltsaltsalts$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.", "longer than 16"},
	{"$1$abcdefghi$iCQ2D3nhptRYi27fDYv2s1", "longer than 8"},
	{"$apr1$abc$PZF73YJz5hJ9yyI.7OP.R", "22 characters"},
	{"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy", "43 characters"},
	{"$y$jJT$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0", "out of range"},
	{"$y$k9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0", "parameters"},
	{"$y$j9T$!$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0", "salt"},
	{"$7$zU..../....salt$lZYtutyt4uMnbWCC4xrRb39kLX8lgRaAvZ6mAYi1/e1", "out of range"},
	{"$7$CU....zzzzzsalt$lZYtutyt4uMnbWCC4xrRb39kLX8lgRaAvZ6mAYi1/e1", "out of range"},
	{"$7$CU", "11 digits"},
	{"{SHA}5en6", "20 bytes"},
}

func TestVerifyRefuses(t *testing.T) {
	for _, test := range refused {
		ok, _, err := Verify(t.Context(), test.hash, "secret")
		if ok || !errors.Is(err, ErrHash) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Verify(%s) = %v, %v; want an error with %q", test.hash, ok, err, test.says)
		}
		if want := map[bool]string{true: "none", false: "unknown"}[test.hash == ""]; Scheme(test.hash) != want {
			t.Errorf("Scheme(%s) = %s", test.hash, Scheme(test.hash))
		}
	}
}

// TestEnter makes sure that hashes wait for each other, in vain where the context
// ends.
func TestEnter(t *testing.T) {
	var leaves []func()
	for range cap(hashSlots) {
		leave, err := enter(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 2)
	for _, memory := range []uint64{1, bigMemory + 1} {
		go func() {
			_, err := enter(ctx, memory)
			waiting <- err
		}()
	}
	select {
	case err := <-waiting:
		t.Fatalf("entered where all slots were taken (%v)", err)
	default:
	}
	cancel()
	for range 2 {
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("enter = %v", err)
		}
	}
	if len(bigSlot) != 0 {
		t.Error("who gave up has kept the slot of big hashes")
	}
	for _, leave := range leaves {
		leave()
	}
	leave, err := enter(t.Context(), bigMemory+1)
	if err != nil || len(bigSlot) != 1 || len(hashSlots) != 1 {
		t.Fatalf("a big hash: %v, %d and %d slots taken", err, len(bigSlot), len(hashSlots))
	}
	leave()
	if len(bigSlot) != 0 || len(hashSlots) != 0 {
		t.Error("slots are still taken")
	}
	if _, _, err := Verify(ctx, vectors[0].hash, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify with a context that has ended: %v", err)
	}
	if _, err := Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash with a context that has ended: %v", err)
	}
}

func FuzzParseHash(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.hash)
	}
	for _, r := range refused {
		f.Add(r.hash)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err != nil {
			if h != nil || !errors.Is(err, ErrHash) {
				t.Fatalf("parseHash(%q) = %v, %v", text, h, err)
			}
			return
		}
		if h.memory > 1<<30 || h.scheme == "" || h.match == nil {
			t.Fatalf("parseHash(%q) = %+v", text, h)
		}
		// What costs little is tried.
		if h.memory < 1<<18 && h.scheme != schemeBcrypt && h.scheme != schemeArgon2id && h.scheme != schemeArgon2i && h.scheme != schemeScrypt && !strings.Contains(text, "rounds=") {
			if _, err := h.match([]byte("\xff")); err != nil {
				t.Fatalf("match of %q: %v", text, err)
			}
		}
	})
}

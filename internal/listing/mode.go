package listing

import "io/fs"

// appendMode appends type and permissions as ls -l has them: "drwxr-sr-t".
func appendMode(b []byte, m fs.FileMode) []byte {
	b = append(b, typeLetter(m))
	const letters = "rwxrwxrwx"
	for i := range len(letters) {
		c := byte('-')
		if m&(1<<(8-i)) != 0 {
			c = letters[i]
		}
		b = append(b, c)
	}
	perm := b[len(b)-9:]
	if m&fs.ModeSetuid != 0 {
		perm[2] = special(perm[2], 's')
	}
	if m&fs.ModeSetgid != 0 {
		perm[5] = special(perm[5], 's')
	}
	if m&fs.ModeSticky != 0 {
		perm[8] = special(perm[8], 't')
	}
	return b
}

func typeLetter(m fs.FileMode) byte {
	switch {
	case m&fs.ModeDir != 0:
		return 'd'
	case m&fs.ModeSymlink != 0:
		return 'l'
	case m&fs.ModeNamedPipe != 0:
		return 'p'
	case m&fs.ModeSocket != 0:
		return 's'
	case m&fs.ModeCharDevice != 0:
		return 'c'
	case m&fs.ModeDevice != 0:
		return 'b'
	default:
		return '-'
	}
}

// special is the letter of a special bit: small where x is set too.
func special(x, letter byte) byte {
	if x == 'x' {
		return letter
	}
	return letter - ('a' - 'A')
}

// parseMode reads what appendMode writes, and what the systems in the field
// make of it: "l" and "L" for mandatory locking in the place of setgid, and one
// letter behind the permissions for an access list ("+"), a security context (".")
// or attributes ("@").
func parseMode(s string) (fs.FileMode, bool) {
	if len(s) != 10 && (len(s) != 11 || s[10] != '+' && s[10] != '.' && s[10] != '@') {
		return 0, false
	}
	m, ok := parseTypeLetter(s[0])
	if !ok {
		return 0, false
	}
	for i := range 9 {
		bits, ok := parsePermLetter(s[1+i], i)
		if !ok {
			return 0, false
		}
		m |= bits
	}
	return m, true
}

func parseTypeLetter(c byte) (fs.FileMode, bool) {
	switch c {
	case '-', 'f', 'F', 'm', 'M', 'C': // m, M, C: migrated or contiguous files
		return 0, true
	case 'd', 'D':
		return fs.ModeDir, true
	case 'l', 'L':
		return fs.ModeSymlink, true
	case 'p', 'P':
		return fs.ModeNamedPipe, true
	case 's', 'S':
		return fs.ModeSocket, true
	case 'c':
		return fs.ModeDevice | fs.ModeCharDevice, true
	case 'b':
		return fs.ModeDevice, true
	default:
		return 0, false
	}
}

// parsePermLetter reads the letter at place i of rwxrwxrwx.
func parsePermLetter(c byte, i int) (fs.FileMode, bool) {
	bit := fs.FileMode(1) << (8 - i)
	switch {
	case c == '-':
		return 0, true
	case c == "rwx"[i%3]:
		return bit, true
	case i == 2 && c == 's':
		return bit | fs.ModeSetuid, true
	case i == 2 && c == 'S':
		return fs.ModeSetuid, true
	case i == 5 && c == 's':
		return bit | fs.ModeSetgid, true
	case i == 5 && (c == 'S' || c == 'l' || c == 'L'):
		return fs.ModeSetgid, true
	case i == 8 && c == 't':
		return bit | fs.ModeSticky, true
	case i == 8 && c == 'T':
		return fs.ModeSticky, true
	default:
		return 0, false
	}
}

package ftpclient

import (
	"context"
	"crypto/md5" // it is what some servers have; it proves no origin
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"strings"

	"ferry/ftp"
)

// Algorithm is a way to make a checksum of a file, by its name in the command
// HASH (draft-bryan-ftpext-hash).
type Algorithm string

// The algorithms.
const (
	SHA512 Algorithm = "SHA-512"
	SHA256 Algorithm = "SHA-256"
	SHA1   Algorithm = "SHA-1"
	MD5    Algorithm = "MD5"
	CRC32  Algorithm = "CRC32"
)

// algorithms are all of them, the best first, with the command that servers had
// before HASH.
var algorithms = []struct {
	name Algorithm
	verb ftp.Verb
	size int // of the sum, in bytes
	make func() hash.Hash
}{
	{SHA512, "XSHA512", sha512.Size, sha512.New},
	{SHA256, "XSHA256", sha256.Size, sha256.New},
	{SHA1, "XSHA1", sha1.Size, sha1.New},
	{MD5, "XMD5", md5.Size, md5.New},
	{CRC32, "XCRC", crc32.Size, func() hash.Hash { return crc32.NewIEEE() }},
}

// ErrNoChecksum says that the server does not know the algorithm, or none.
var ErrNoChecksum = errors.New("the server makes no such checksum")

// New is the algorithm itself, for the content at this end; nil if it is not
// known.
func (a Algorithm) New() hash.Hash {
	for _, known := range algorithms {
		if known.name == a {
			return known.make()
		}
	}
	return nil
}

// Algorithms are those with which the server makes checksums, the best first. It
// is empty before Login.
func (c *Conn) Algorithms() []Algorithm {
	<-c.turn
	defer c.release()
	var list []Algorithm
	for _, a := range algorithms {
		if c.hashes(a.name) || c.has(string(a.verb)) {
			list = append(list, a.name)
		}
	}
	return list
}

// hashes reports that HASH knows an algorithm.
func (c *Conn) hashes(a Algorithm) bool {
	for offered := range strings.SplitSeq(c.features["HASH"], ";") {
		if strings.EqualFold(strings.Trim(offered, " *"), string(a)) {
			return true
		}
	}
	return false
}

// has reports a feature.
func (c *Conn) has(name string) bool {
	_, ok := c.features[name]
	return ok
}

// Checksum has the server make the checksum of a whole file, by HASH or by the
// commands XCRC, XMD5, XSHA1, XSHA256 and XSHA512. The empty algorithm is the
// best that the server has; used says which it was. ErrNoChecksum is wrapped where
// it has not got it. It may take as long as a transfer that stands still may.
func (c *Conn) Checksum(ctx context.Context, name string, algorithm Algorithm) (sum []byte, used Algorithm, err error) {
	if err := c.take(ctx); err != nil {
		return nil, "", &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: "HASH", Arg: name}, Err: err}
	}
	defer c.release()
	for _, a := range algorithms {
		if algorithm != "" && a.name != algorithm {
			continue
		}
		command := ftp.Command{Verb: a.verb, Arg: name}
		switch {
		case c.hashes(a.name):
			command.Verb = "HASH"
			if c.hash != a.name {
				if _, err := c.cmd(ctx, PhaseCommand, "OPTS", "HASH "+string(a.name)); err != nil {
					return nil, "", err
				}
				c.hash = a.name
			}
		case !c.has(string(a.verb)):
			continue
		}
		r, err := c.slowly(ctx, command)
		if err != nil {
			return nil, "", err
		}
		if sum := findSum(r, a.size, name); sum != nil {
			return sum, a.name, nil
		}
		return nil, "", garbled(command.Verb, name, r)
	}
	return nil, "", &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: "HASH", Arg: name}, Err: ErrNoChecksum}
}

// slowly is cmd for what a server may think about for longer.
func (c *Conn) slowly(ctx context.Context, command ftp.Command) (ftp.Reply, error) {
	defer c.patient(max(c.cfg.timeout(), c.cfg.stall()))()
	return c.cmd(ctx, PhaseCommand, command.Verb, command.Arg)
}

// findSum finds the checksum in a reply, behind which may stand the file's name:
// the longest word that can be one. A CRC may come without its leading zeros.
func findSum(r ftp.Reply, size int, name string) []byte {
	var found []byte
	longest := 0
	for _, line := range r.Lines {
		for word := range strings.FieldsSeq(strings.TrimSuffix(line, " "+name)) {
			digits := len(word)
			if size == crc32.Size && digits < 2*size {
				word = strings.Repeat("0", 2*size-digits) + word
			}
			if sum, err := hex.DecodeString(word); err == nil && len(sum) == size && digits > longest {
				found, longest = sum, digits
			}
		}
	}
	return found
}

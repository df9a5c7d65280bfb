package system

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Files are the pathnames of the lists.
type Files struct {
	Passwd, Group, Shadow string
	// Shells lists the shells of those who may log in.
	Shells string
	// FTPUsers lists those who must not use FTP.
	FTPUsers string
}

// DefaultFiles are the lists of the machine.
func DefaultFiles() Files {
	return Files{
		Passwd:   "/etc/passwd",
		Group:    "/etc/group",
		Shadow:   "/etc/shadow",
		Shells:   "/etc/shells",
		FTPUsers: "/etc/ftpusers",
	}
}

// longestLine is the most bytes of a line that counts; a group has long ones. One
// that is longer is no line of any list, and is passed over.
const longestLine = 1 << 20

// eachLine hands the lines of a file to a function until it wants no more: without
// the end of the line, white space around it, comments, empty lines and lines with
// a NUL. A file that is not there is an error that wraps fs.ErrNotExist.
func eachLine(name string, line func(text string) (more bool)) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("reading the list of the system: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := lines(f, line); err != nil {
		return fmt.Errorf("reading the list of the system %s: %w", name, err)
	}
	return nil
}

// lines is eachLine for what is read.
func lines(r io.Reader, line func(text string) (more bool)) error {
	buffered := bufio.NewReaderSize(r, 16<<10)
	var text []byte
	for {
		piece, err := buffered.ReadSlice('\n')
		if len(text) <= longestLine {
			text = append(text, piece...)
		}
		last := errors.Is(err, io.EOF)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !last:
			return err
		}
		if s := strings.TrimSpace(string(text)); len(text) <= longestLine && s != "" && s[0] != '#' && strings.IndexByte(s, 0) < 0 {
			if !line(s) {
				return nil
			}
		}
		if last {
			return nil
		}
		text = text[:0]
	}
}

// record splits a line of passwd(5), group(5) or shadow(5), of at least so many
// fields. NIS lines, which begin with + or -, are none.
func record(line string, least int) (fields []string, ok bool) {
	fields = strings.Split(line, ":")
	if len(fields) < least || fields[0] == "" || fields[0][0] == '+' || fields[0][0] == '-' {
		return nil, false
	}
	return fields, true
}

// id reads the number of a user or group. The highest one means nobody to the
// kernel ("leave as it is"), so no account has it.
func id(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil && n < 1<<32-1
}

// missing reports a file that is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

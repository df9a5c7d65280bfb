package listing

import "io/fs"

// Short writes NLST: names and nothing else.
type Short struct {
	// Prefix stands before each name: the directory as the client wrote it,
	// with a slash at its end; empty for the working directory. NLST of "sub"
	// sends "sub/file", as RFC 1123 §4.1.2.7 wants names that RETR takes.
	Prefix string
	// Classify puts "/" behind directories and "@" behind symbolic links
	// (ls -F), as vsftpd does. Other kinds stay bare.
	Classify bool
}

// Append appends the line of e, with CRLF.
func (s *Short) Append(b []byte, e *Entry) []byte {
	b = appendClean(b, s.Prefix)
	b = appendClean(b, e.Name)
	if s.Classify {
		switch {
		case e.Mode&fs.ModeDir != 0:
			b = append(b, '/')
		case e.Mode&fs.ModeSymlink != 0:
			b = append(b, '@')
		}
	}
	return append(b, '\r', '\n')
}

// NamePrefix makes a Short's Prefix of the path in the argument of NLST: "" and
// "." give nothing, "sub", "sub/" and "sub/*.txt" (with pattern set, as the
// last element is a pattern then) give "sub/".
func NamePrefix(path string, pattern bool) string {
	if pattern {
		for i := len(path); i > 0; i-- {
			if path[i-1] == '/' {
				return path[:i]
			}
		}
		return ""
	}
	switch {
	case path == "" || path == ".":
		return ""
	case path[len(path)-1] == '/':
		return path
	default:
		return path + "/"
	}
}

// Package dialogue is test support: it plays conversations with an FTP server
// that are written down in files, so that one corpus says what ferry answers and
// proves, on the real vsftpd, that vsftpd answers the same.
//
// A dialogue is a txtar file: the script stands before the first file mark, and
// the files after it are the tree that the server shows. Script lines are
//
//	# a comment
//	config: name=value        an option of vsftpd.conf(5); ${root} is the tree
//	user: name password       an account that the server must have
//	only: ferry               the servers that this dialogue is for
//	family: ip6               the control connection is IPv6
//	mode: 0777 incoming       permission bits of a file in the tree
//	mtime: 2024-02-29T12:00:00Z a.txt
//	login: anonymous          greeting, USER and PASS, without writing them out
//	C: RETR a.txt             a command line, sent with CRLF
//	R: \xff\xf4\r\n           bytes, sent as they are (Go escapes)
//	S: 150 Opening *          a reply: exact code, text as a pattern
//	OPEN pasv                 pasv, epsv, port, eprt: agree on a data connection
//	DIAL                      connect to the last 227 or 229 that an S: line saw
//	D> hello\n                send on the data connection (Go escapes)
//	D= hello\n                it carries exactly these bytes, and ends
//	D< -rw-r--r-- * a.txt     it carries these lines, and ends
//	CLOSE                     close the data connection; RESET breaks it
//	FILE incoming/a = x\n     the tree has this file; GONE name: it has not
//	FROM 20                   the data connection comes from this port
//	REFUSED 421 Too many*     of further connections one is answered so, and ended
//	CONNECT                   end the session like the dialogue, and begin another
//	TLS                       begin TLS on the control connection
//	EOF                       the server hangs up; DIES: it may complain before
//
// Consecutive S: lines whose first has "code-" are one reply of several lines,
// and "..." stands for any number of its lines (or of D< lines). A bare code
// matches a reply of that code whatever it says. In a pattern * is any text, \*
// a star, and /.../ a regular expression. A letter or word may carry the names of
// the servers it is for: S[vsftpd]: and S[ferry]: beside each other are a
// difference, and the comment above says why. A dialogue that does not end with
// EOF or DIES ends with QUIT, 221 and EOF, which nothing may precede. RunHosts has
// further lines.
package dialogue

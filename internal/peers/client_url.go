package peers

import (
	"net/url"
	"strings"
)

// url is the address of the remote file for clients that take one. A listing
// ends with a slash.
func (j Job) url() string {
	path := escapePath(j.Remote)
	if j.Op == List && path != "" {
		path += "/"
	}
	return "ftp://" + j.Addr + "/" + path
}

// escapePath escapes each element of a relative pathname.
func escapePath(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// curl chooses EPSV first, and EPRT first with -P.
func curl() Client {
	return Client{
		Name: NameCurl, Programs: []string{NameCurl}, Ops: []Op{Get, Put, List},
		Modes: []Mode{
			{Verb: "EPSV", args: []string{"--ftp-pasv"}},
			{Verb: "PASV", args: []string{"--ftp-pasv", "--disable-epsv"}},
			{Verb: "EPRT", args: []string{"--ftp-port", "-"}},
			{Verb: "PORT", args: []string{"--ftp-port", "-", "--disable-eprt"}},
			{Verb: "EPSV", IPv6: true, args: []string{"--ftp-pasv"}},
			{Verb: "EPRT", IPv6: true, args: []string{"--ftp-port", "-"}},
		},
		call: func(m Mode, j Job) (call, error) {
			args := append([]string{"-q", "--silent", "--show-error", "--verbose", "--globoff", "--user", j.User + ":" + j.Password}, m.args...)
			switch j.Op {
			case Get:
				args = append(args, "--output", j.Local)
			case Put:
				args = append(args, "--upload-file", j.Local)
			case List:
				args = append(args, "--list-only")
			}
			return call{program: NameCurl, args: append(args, j.url())}, nil
		},
	}
}

// wget only fetches. It speaks the extended commands on IPv6 alone.
func wget() Client {
	return Client{
		Name: NameWget, Programs: []string{NameWget}, Ops: []Op{Get, List},
		Modes: []Mode{
			{Verb: "PASV", args: []string{"--passive-ftp"}},
			{Verb: "PORT", args: []string{"--no-passive-ftp"}},
			{Verb: "EPSV", IPv6: true, args: []string{"--passive-ftp"}},
			{Verb: "EPRT", IPv6: true, args: []string{"--no-passive-ftp"}},
		},
		call: func(m Mode, j Job) (call, error) {
			args := append([]string{
				"--no-config", "--debug", "--tries=1", "--timeout=30", "--no-glob", "--no-proxy",
				"--user=" + j.User, "--password=" + j.Password, "--output-document=" + j.Local,
			}, m.args...)
			return call{program: NameWget, args: append(args, j.url()), listing: j.Local}, nil
		},
	}
}

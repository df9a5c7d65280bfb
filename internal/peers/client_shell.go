package peers

import (
	"fmt"
	"strings"
)

// quoted puts an argument between quotes for the command lines of lftp, tnftp
// and inetutils-ftp.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// lftp has a switch for each rung but the family: EPRT is for IPv6.
func lftp() Client {
	const passive, active = "set ftp:passive-mode yes", "set ftp:passive-mode no"
	return Client{
		Name: NameLftp, Programs: []string{NameLftp}, Ops: []Op{Get, Put, List},
		Modes: []Mode{
			{Verb: "PASV", args: []string{passive, "set ftp:prefer-epsv no"}},
			{Verb: "EPSV", args: []string{passive, "set ftp:prefer-epsv yes"}},
			{Verb: "PORT", args: []string{active}},
			{Verb: "EPSV", IPv6: true, args: []string{passive}},
			// It names "::" as its address, which a server that wants the
			// client's own refuses; then it goes on in passive mode.
			{Verb: "EPRT", IPv6: true, args: []string{active}},
		},
		call: func(m Mode, j Job) (call, error) {
			host, port, err := j.hostPort()
			if err != nil {
				return call{}, err
			}
			if m.IPv6 {
				host = "[" + host + "]"
			}
			script := append([]string{
				"debug 5", "set cmd:fail-exit yes", "set net:timeout 30", "set net:max-retries 3", "set net:reconnect-interval-base 1",
				"set ftp:charset UTF-8", "set file:charset UTF-8", "set ftp:ssl-allow no", "set xfer:clobber yes",
			}, m.args...)
			script = append(script, fmt.Sprintf("open -p %s -u %s,%s ftp://%s", port, quoted(j.User), quoted(j.Password), host))
			switch j.Op {
			case Get:
				script = append(script, "get "+quoted(j.Remote)+" -o "+quoted(j.Local))
			case Put:
				script = append(script, "put "+quoted(j.Local)+" -o "+quoted(j.Remote))
			case List:
				script = append(script, "cls -1 "+quoted(j.Remote+"/"))
			}
			return call{program: NameLftp, args: []string{"--norc", "-c", strings.Join(script, "; ")}}, nil
		},
	}
}

// tnftp takes EPSV and EPRT on IPv4 too, unless "epsv4 off".
func tnftp() Client {
	const passive, active, plain = "passive on", "passive off", "epsv4 off"
	return shell(NameTnftp, "nlist", []Mode{
		{Verb: "EPSV", args: []string{passive}},
		{Verb: "PASV", args: []string{passive, plain}},
		{Verb: "EPRT", args: []string{active}},
		{Verb: "PORT", args: []string{active, plain}},
		{Verb: "EPSV", IPv6: true, args: []string{passive}},
		{Verb: "EPRT", IPv6: true, args: []string{active}},
	})
}

// inetutilsFTP is active until told otherwise, and "epsv4" toggles the
// extended commands on IPv4, which are off.
func inetutilsFTP() Client {
	const passive, extended = "passive", "epsv4"
	return shell(NameInetutilsFTP, "nlist", []Mode{
		{Verb: "PORT"},
		{Verb: "PASV", args: []string{passive}},
		{Verb: "EPRT", args: []string{extended}},
		{Verb: "EPSV", args: []string{passive, extended}},
		{Verb: "EPSV", IPv6: true, args: []string{passive}},
		{Verb: "EPRT", IPv6: true},
	})
}

// shell is a client of the family of ftp(1), which reads commands: args of a
// mode are the commands that choose it.
func shell(name, list string, modes []Mode) Client {
	return Client{
		Name: name, Programs: []string{name}, Ops: []Op{Get, Put, List}, Modes: modes,
		call: func(m Mode, j Job) (call, error) {
			host, port, err := j.hostPort()
			if err != nil {
				return call{}, err
			}
			script := append([]string{"user " + quoted(j.User) + " " + quoted(j.Password), "binary"}, m.args...)
			switch j.Op {
			case Get:
				script = append(script, "get "+quoted(j.Remote)+" "+quoted(j.Local))
			case Put:
				script = append(script, "put "+quoted(j.Local)+" "+quoted(j.Remote))
			case List:
				if j.Remote != "" {
					script = append(script, "cd "+quoted(j.Remote))
				}
				script = append(script, list)
			}
			script = append(script, "quit", "")
			return call{program: name, args: []string{"-n", "-i", "-d", host, port}, stdin: strings.Join(script, "\n")}, nil
		},
	}
}

package peers

import _ "embed" // the script

// ftplibScript does one job with Python's ftplib.
//
//go:embed ftplib.py
var ftplibScript string

// ftplib is Python's library, which many scripts are made of. It chooses the
// extended commands on IPv6 alone.
func ftplib() Client {
	return Client{
		Name: "ftplib", Programs: []string{NamePython}, Ops: []Op{Get, Put, List},
		Modes: []Mode{
			{Verb: "PASV", args: []string{"passive"}},
			{Verb: "PORT", args: []string{"active"}},
			{Verb: "EPSV", IPv6: true, args: []string{"passive"}},
			{Verb: "EPRT", IPv6: true, args: []string{"active"}},
		},
		call: func(m Mode, j Job) (call, error) {
			host, port, err := j.hostPort()
			if err != nil {
				return call{}, err
			}
			args := append([]string{"-c", ftplibScript}, m.args...)
			return call{
				program: NamePython,
				args:    append(args, string(j.Op), host, port, j.User, j.Password, j.Remote, j.Local),
			}, nil
		},
	}
}

package peers

// ncftp is three programs, IPv4 only, without EPSV and EPRT.
func ncftp() Client {
	return Client{
		Name: "ncftp", Programs: []string{NameNcftpGet, NameNcftpPut, NameNcftpLs}, Ops: []Op{Get, Put, List},
		Modes: []Mode{
			{Verb: "PASV", args: []string{"-F"}},
			{Verb: "PORT", args: []string{"-E"}},
		},
		call: func(m Mode, j Job) (call, error) {
			host, port, err := j.hostPort()
			if err != nil {
				return call{}, err
			}
			args := append([]string{"-u", j.User, "-p", j.Password, "-P", port, "-t", "30", "-r", "1", "-d", "stderr"}, m.args...)
			switch j.Op {
			case Put:
				return call{program: NameNcftpPut, args: append(args, "-V", "-C", host, j.Local, j.Remote)}, nil
			case List:
				// The port stands in the URL: one of its own wins over -P.
				return call{program: NameNcftpLs, args: append(args, "-1", j.url())}, nil
			case Get:
				fallthrough
			default:
				return call{program: NameNcftpGet, args: append(args, "-V", "-Z", "-C", host, j.Remote, j.Local)}, nil
			}
		},
	}
}

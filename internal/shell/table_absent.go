package shell

// absentCommands are those of ftp(1) that have no place here. Each says why, or
// what is there instead.
func absentCommands() []*command {
	var all []*command
	for _, c := range [...]struct{ name, why string }{
		{"cr", "ends of lines are those of this machine: ascii transfers text"},
		{"edit", "the line editor is there on every terminal that has one; ferry shell --plain-input (ftp -e) does without"},
		{"form", "the only format there is in use is non-print"},
		{"gate", "proxies and gateways are chosen when ferry starts: see ferry shell --help"},
		{"ipany", "the family of addresses is chosen when ftp starts: ftp -4, ftp -6"},
		{"lpage", "use !less FILE"},
		{"nmap", "get and put take the new name as their second argument"},
		{"ntrans", "get and put take the new name as their second argument"},
		{"rcvbuf", "the system chooses the size of buffers, by how fast a connection is"},
		{"sndbuf", "the system chooses the size of buffers, by how fast a connection is"},
		{"xferbuf", "the system chooses the size of buffers, by how fast a connection is"},
		{"reset", "replies are counted, so there is nothing to bring into step; close and open begin anew"},
		{"restart", "use reget and reput, which find out where to go on and compare what is there"},
		{"sendport", "mode says whether the server is told a port (eprt, port) or asked for one (epsv, pasv)"},
		{"set", "options are commands of their own: see status"},
		{"unset", "options are commands of their own: see status"},
		{"struct", "the only structure there is in use is file"},
		{"tenex", "use type: only ascii and binary are in use today"},
	} {
		all = append(all, &command{name: c.name, help: "Not here: " + c.why + "."})
	}
	return all
}

package shell

import (
	"strings"
	"testing"
)

// TestTable has every command once, with a sentence about it, and arguments that
// can be completed.
func TestTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range commands() {
		for _, name := range append([]string{c.name}, c.aliases...) {
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
		if !strings.HasSuffix(c.help, ".") {
			t.Errorf("%s: help is no sentence: %q", c.name, c.help)
		}
		if c.run == nil {
			continue
		}
		if (c.max != 0) != (c.usage != "") || (c.max != 0) != (c.args != "") {
			t.Errorf("%s: max %d, usage %q, args %q", c.name, c.max, c.usage, c.args)
		}
		if c.max >= 0 && c.min > c.max {
			t.Errorf("%s wants from %d to %d arguments", c.name, c.min, c.max)
		}
	}
}

// ftp1 are the commands of the clients that people come from (tnftp, inetutils,
// netkit).
const ftp1 = `! $ ? account append ascii bell binary bye case cd cdup chmod close cr debug delete dir disconnect edit epsv epsv4
epsv6 exit features fget form ftp gate get glob hash help idle image ipany lcd less lls lpage lpwd ls macdef mdelete mdir mget mkdir
mls mlsd mlst mode modtime more mput mreget msend newer nlist nmap ntrans open page passive pdir pls pmlsd preserve progress prompt
proxy put pwd quit quote literal rate rcvbuf recv reget reput remopts rename reset restart rhelp remotehelp rmdir rstatus runique send
sendport set site size sndbuf status struct sunique system tenex throttle trace type umask unset usage user verbose xferbuf`

// TestKnowsFTP answers each of them with what it does, or what to do instead.
func TestKnowsFTP(t *testing.T) {
	table := commands()
	for name := range strings.FieldsSeq(ftp1) {
		c, err := lookUp(table, name)
		if err != nil || !c.called(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLookUp(t *testing.T) {
	table := commands()
	for name, want := range map[string]string{
		"get": "get", "GET": "get", "bin": "binary", "by": "quit", "asc": "ascii", "del": "delete", "mp": "mput", "pass": "passive", "?": "help", "recv": "get", "q": "quit", "lc": "lcd",
	} {
		c, err := lookUp(table, name)
		if err != nil || c.name != want {
			t.Errorf("%s: %v, %v; want %s", name, c, err, want)
		}
	}
	for name, want := range map[string]string{
		"m": "short for several", "gte": "did you mean get", "pwdd": "did you mean pwd", "zzz": "help lists all", "pur": "did you mean put",
	} {
		if _, err := lookUp(table, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
}

// TestAbsent says what to do instead of a command that is not there.
func TestAbsent(t *testing.T) {
	x := newTestShell(t, &scripted{}, "nmap a b\nrestart 5\n")
	if status := x.Run(t.Context(), ""); status != 2 {
		t.Errorf("exit status %d", status)
	}
	if got := x.complaints.String(); !strings.Contains(got, "second argument") || !strings.Contains(got, "reget") {
		t.Errorf("it says %q", got)
	}
}

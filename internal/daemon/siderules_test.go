package daemon

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ferry/internal/config"
	"ferry/vfs"
)

// Every verb against every rule about names and verbs: a rule that holds for the
// main commands must hold for those on the side (CVE-2015-1419, CVE-2015-3306,
// CVE-2019-12815). The tree is one whose every name but "plain" is that of a
// secret.
func TestBadInputSideCommands(t *testing.T) {
	tree := treeNames{file: "secret-file", free: "secret-new", dir: "secret-dir", full: "secret-full", link: "secret-link"}
	serve := func(t *testing.T, change func(*config.Settings)) (*prober, string) {
		root := t.TempDir()
		tree.build(t, root)
		s := writable(t, root)
		change(&s)
		return probeServer(t, Options{Settings: s, Users: []User{{Name: "anna", Password: "secret"}}}, vfs.PermAll)("anna"), root
	}
	// A rule, and what it refuses of the probes.
	writes := func(pr pathProbe) bool {
		return strings.HasPrefix(pr.lines, "STO") || strings.Contains(pr.lines, "APPE ") || strings.Contains(pr.lines, "&& STOR")
	}
	renames := func(pr pathProbe) bool { return strings.Contains(pr.lines, "RNTO") }
	for name, rule := range map[string]struct {
		change func(*config.Settings)
		holds  func(pathProbe) bool
	}{
		"deny_file": {func(s *config.Settings) { s.DenyFile = "secret*" }, func(pr pathProbe) bool {
			return !strings.HasPrefix(pr.lines, "CWD %P && ") // the first is refused, the second is about "/"
		}},
		"download_file": {func(s *config.Settings) { s.DownloadFile = "*.txt" }, func(pr pathProbe) bool { return strings.Contains(pr.lines, "RETR") }},
		// A directory has no content that the rule is about.
		"upload_file": {func(s *config.Settings) { s.UploadFile = "*.txt" }, func(pr pathProbe) bool {
			return writes(pr) || renames(pr) && !strings.HasPrefix(pr.lines, "RNFR %P &&")
		}},
		"write_enable":    {func(s *config.Settings) { s.WriteEnable = false }, func(pr pathProbe) bool { return pr.changes || strings.HasPrefix(pr.lines, "MFCT") }},
		"download_enable": {func(s *config.Settings) { s.DownloadEnable = false }, func(pr pathProbe) bool { return pr.needs == vfs.PermRead }},
		"dirlist_enable":  {func(s *config.Settings) { s.DirlistEnable = false }, func(pr pathProbe) bool { return pr.needs == vfs.PermList }},
		"chmod_enable":    {func(s *config.Settings) { s.ChmodEnable = false }, func(pr pathProbe) bool { return pr.needs.Has(vfs.PermChmod) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, root := serve(t, rule.change)
			before := state(t, root)
			for _, pr := range probes {
				code, all := p.run(pr, tree, "/")
				after := state(t, root)
				if rule.holds(pr) {
					if code[0] < '4' || strings.Contains(all, "content") {
						t.Errorf("%s: %q", pr.lines, all)
					}
					if after != before {
						t.Errorf("%s has changed the tree to\n%s", pr.lines, after)
					}
				} else if code != pr.ok {
					t.Errorf("%s, which the rule is not about: %q", pr.lines, all)
				}
				if after != before {
					tree.build(t, root)
				}
			}
		})
	}

	t.Run("deny_file, renamed to and fro", func(t *testing.T) {
		p, root := serve(t, func(s *config.Settings) { s.DenyFile = "secret*" })
		before := state(t, root)
		for _, line := range []string{"RNFR plain", "RNTO secret-x", "RNFR plain", "RNTO secret-dir/x", "RNFR secret-file", "RNTO harmless"} {
			if code, all := p.do(line); line != "RNFR plain" && code[0] != '5' {
				t.Errorf("%s: %s", line, all)
			}
		}
		if after := state(t, root); after != before {
			t.Errorf("now\n%s", after)
		}
	})
	t.Run("download_file, renamed to what may be fetched", func(t *testing.T) {
		p, root := serve(t, func(s *config.Settings) { s.DownloadFile = "*.txt" })
		before := state(t, root)
		p.do("RNFR secret-file")
		if code, all := p.do("RNTO x.txt"); code != "550" {
			t.Error(all)
		}
		if after := state(t, root); after != before {
			t.Errorf("now\n%s", after)
		}
	})
	t.Run("hide_file", func(t *testing.T) {
		p, _ := serve(t, func(s *config.Settings) { s.HideFile = "secret*" })
		for _, line := range []string{
			"LIST", "LIST -a", "LIST -la", "LIST -R", "LIST -aR /", "NLST", "NLST -a", "MLSD", "STAT /", "STAT -a /", "LIST *", "NLST s*", "STAT *", "NLST secret*",
			"NLST {secret-file,x}", "NLST [s]ecret-*", "LIST -t", "LIST -r",
		} {
			if code, all := p.do(line); code[0] != '2' || strings.Contains(all, "secret-") {
				t.Errorf("%s: %q", line, all)
			}
		}
	})
	t.Run("cmds_denied", func(t *testing.T) {
		// Denied verbs, and the probes that would do the same by another.
		for denied, also := range map[string][]string{
			"SITE":       {"SITE CHMOD 600 %F", "SITE UTIME 20200101000000 %F", "MFF UNIX.mode=0600; %F"},
			"MFMT":       {"MFMT 20200101000000 %F", "MFF Modify=20200101000000; %F"},
			"MKD":        {"MKD %N", "XMKD %N"},
			"RMD":        {"RMD %D", "XRMD %D"},
			"CWD":        {"XCWD %D"},
			"STOR":       {"STOR %N", "STOR %F"},
			"DELE":       {"DELE %F"},
			"RNTO":       {"RNFR %F && RNTO %N"},
			"MFF":        {"MFF UNIX.mode=0600; %F"},
			"SITE,MFMT":  {"MFF Modify=20200101000000;UNIX.mode=0600; %F"},
			"RETR":       {"RETR %F"},
			"stor, dele": {"STOR %N", "DELE %F"},
		} {
			t.Run(denied, func(t *testing.T) {
				p, root := serve(t, func(s *config.Settings) { s.CmdsDenied = denied })
				before := state(t, root)
				for _, lines := range also {
					code, all := "", ""
					for line := range strings.SplitSeq(tree.fill(lines), " && ") {
						code, all = p.do(line)
					}
					if code != "550" || strings.Contains(all, "content") || state(t, root) != before {
						t.Errorf("%s: %q", lines, all)
					}
				}
				_, help := p.do("HELP")
				for verb := range strings.SplitSeq(denied, ",") {
					if slices.Contains(strings.Fields(help), strings.ToUpper(strings.TrimSpace(verb))) {
						t.Errorf("HELP offers %s", verb)
					}
				}
			})
		}
	})
	t.Run("cmds_allowed", func(t *testing.T) {
		p, root := serve(t, func(s *config.Settings) { s.CmdsAllowed = "USER,PASS,TYPE,CWD,EPSV,RETR,QUIT,MFF,REST" })
		before := state(t, root)
		for _, pr := range probes {
			verb, _, _ := strings.Cut(pr.lines[strings.LastIndex(pr.lines, "&& ")+1:], " ")
			if code, all := p.run(pr, tree, "/"); code[0] == '2' && !strings.Contains(pr.lines, "RETR") && !strings.HasPrefix(pr.lines, "CWD") {
				t.Errorf("%s (%s): %q", pr.lines, verb, all)
			}
		}
		if after := state(t, root); after != before {
			t.Errorf("now\n%s", after)
		}
	})
	t.Run("files that only their owner may read", func(t *testing.T) {
		root := t.TempDir()
		tree.build(t, root)
		if err := os.Chmod(filepath.Join(root, tree.file), 0o640); err != nil {
			t.Fatal(err)
		}
		s := writable(t, root)
		s.AnonWorldReadableOnly = true
		p := probeServer(t, Options{Settings: s}, vfs.PermAll)("anonymous")
		for _, lines := range []string{"RETR %F", "RETR %L", "REST 1 && RETR %F", "RNFR %F && RNTO plainer && RETR plainer"} {
			code, all := p.run(pathProbe{lines: lines}, tree, "/")
			if code != "550" || strings.Contains(all, "content") {
				t.Errorf("%s: %q", lines, all)
			}
			tree.build(t, root)
			if err := os.Chmod(filepath.Join(root, tree.file), 0o640); err != nil {
				t.Fatal(err)
			}
		}
	})
}

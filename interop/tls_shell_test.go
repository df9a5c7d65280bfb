package interop_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"ferry/internal/peers"
)

// secureCurl does the errand in one run, which keeps the control connection.
// (Before each data connection curl 7 waits, up to a second, for nothing.)
func secureCurl() *secureClient {
	return &secureClient{name: "curl", need: needPeers(peers.NameCurl), but: curlExceptions, run: func(ctx context.Context, p found, e errand) (string, error) {
		scheme, version := "ftp", "tls-max = 1.2\ntlsv1.2"
		if e.implicit {
			scheme = "ftps"
		}
		if e.tls() == "1.3" {
			version = "tlsv1.3"
		}
		common := "silent\nshow-error\nverbose\ninsecure\nuser = anonymous:ftp@example.com\n" + version + "\n"
		if e.clear {
			common += "ftp-ssl-control\n"
		} else {
			common += "ssl-reqd\n"
		}
		section := func(lines ...string) string { return common + strings.Join(lines, "\n") + "\n" }
		put := func(local, name string) string {
			return section(fmt.Sprintf("upload-file = %q", local), fmt.Sprintf("url = %q", e.url(scheme, name)))
		}
		sections := []string{
			section("list-only", fmt.Sprintf("url = %q", e.url(scheme, "")), fmt.Sprintf("output = %q", e.listing)),
			section(fmt.Sprintf("url = %q", e.url(scheme, thereName)), fmt.Sprintf("output = %q", e.fetched)),
		}
		for i := range smallCount {
			sections = append(sections, put(e.small, smallName(i+1)))
		}
		sections = append(sections, put(e.large, largeName))
		return peers.Command{
			Path: p[0], Args: []string{"-q", "--config", "-"}, Stdin: strings.Join(sections, "next\n"), Home: e.home,
		}.Run(ctx)
	}}
}

// secureLftp does the errand in one session.
func secureLftp() *secureClient {
	return &secureClient{name: "lftp", need: needPeers(peers.NameLftp), run: func(ctx context.Context, p found, e errand) (string, error) {
		scheme, protect := "ftp", "yes"
		if e.implicit {
			scheme = "ftps"
		}
		if e.clear {
			protect = "no"
		}
		script := []string{
			"debug 5", "set net:timeout 30", "set net:max-retries 1", "set xfer:clobber yes", "set cmd:fail-exit no",
			"set ftp:ssl-allow yes", "set ftp:ssl-allow-anonymous yes", "set ftp:ssl-force yes",
			"set ftp:ssl-protect-data " + protect, "set ftp:ssl-protect-list " + protect,
			"set ssl:verify-certificate no", "set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS" + e.tls(),
			fmt.Sprintf("open -u anonymous,ftp@example.com %s://%s", scheme, net.JoinHostPort(e.host, e.port)),
			fmt.Sprintf("cls -1 %s/ > %s", e.dir, e.listing),
			fmt.Sprintf("get %s/%s -o %s", e.dir, thereName, e.fetched),
		}
		for i := range smallCount {
			script = append(script, fmt.Sprintf("put %s -o %s/%s", e.small, e.dir, smallName(i+1)))
		}
		script = append(script, fmt.Sprintf("put %s -o %s/%s", e.large, e.dir, largeName))
		return peers.Command{Path: p[0], Args: []string{"--norc", "-c", strings.Join(script, "; ")}, Home: e.home}.Run(ctx)
	}}
}

// secureWget only fetches, with a session for each file.
func secureWget() *secureClient {
	return &secureClient{
		name: "wget", need: needPeers(peers.NameWget), columns: []string{columnList, columnGet}, many: true,
		run: func(ctx context.Context, p found, e errand) (string, error) {
			args := []string{
				"--no-config", "--debug", "--tries=1", "--timeout=30", "--no-glob", "--no-proxy", "--no-check-certificate",
				"--user=anonymous", "--password=ftp@example.com",
				// For GnuTLS, which distributions build it with; --secure-protocol names only the lowest.
				"--ciphers=NORMAL:-VERS-ALL:+VERS-TLS" + e.tls(),
			}
			if e.implicit {
				args = append(args, "--ftps-implicit")
			}
			if e.clear {
				args = append(args, "--ftps-clear-data-connection")
			}
			fetch := func(name, to string) (string, error) {
				return peers.Command{
					Path: p[0], Args: append(args[:len(args):len(args)], "--output-document="+to, e.url("ftps", name)), Home: e.home,
				}.Run(ctx)
			}
			list, listErr := fetch("", e.listing)
			get, getErr := fetch(thereName, e.fetched)
			return list + get, errors.Join(listErr, getErr)
		},
	}
}

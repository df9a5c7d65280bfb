package lab

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A try is one call of a client.
type try struct {
	name  string
	args  []string
	stdin string
	env   []string
}

// patience is how long clients wait for a connection.
const patience = 2 * time.Second

// getting gives the calls that fetch the file, store it, and list, in a mode. It is
// nil where the client cannot force the mode, or has no TLS.
func getting(c Cell, server netip.Addr, dir, self string) (get, put, list *try) {
	host := server.String()
	if server.Is6() {
		host = "[" + host + "]"
	}
	file, back := filepath.Join(dir, "up"), filepath.Join(dir, "back")
	switch c.Client {
	case "ferry":
		scheme, flags := "ftp://", []string{"--plain"}
		if c.TLS != "none" {
			scheme, flags = map[string]string{"explicit": "ftpes://", "implicit": "ftps://"}[c.TLS], []string{"--insecure"}
		}
		flags = append(flags, "--mode", c.Mode, "--timeout", patience.String())
		more := append([]string{"--retries", "0"}, flags...)
		env := []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "XDG_STATE_HOME=" + dir}
		call := func(args ...string) *try { return &try{name: self, args: args, env: env} }
		return call(append([]string{"get", scheme + host + "/file", back}, more...)...),
			call(append([]string{"put", file, scheme + host + "/incoming/"}, more...)...),
			call(append([]string{"ls", scheme + host + "/"}, flags...)...)
	case "curl":
		flags := []string{"-q", "-sSv", "--connect-timeout", "2", "--max-time", "6"}
		switch c.Mode {
		case "pasv":
			flags = append(flags, "--ftp-pasv", "--disable-epsv")
		case "epsv":
			flags = append(flags, "--ftp-pasv")
		case "port":
			flags = append(flags, "-P", "-", "--disable-eprt")
		case "eprt":
			flags = append(flags, "-P", "-")
		}
		scheme := "ftp://"
		if c.TLS != "none" {
			flags = append(flags, "--ssl-reqd", "-k")
		}
		if c.TLS == "implicit" {
			scheme = "ftps://"
		}
		call := func(args ...string) *try {
			return &try{name: "curl", args: append(flags[:len(flags):len(flags)], args...), env: []string{"HOME=" + dir}}
		}
		return call("-o", back, scheme+host+"/file"), call("-T", file, scheme+host+"/incoming/"), call(scheme + host + "/")
	case "lftp":
		if c.Mode == "eprt" && server.Is4() {
			return nil, nil, nil // it sends EPRT over IPv6 alone
		}
		set := "set net:timeout 2; set net:max-retries 1; set net:persist-retries 0; set ftp:auto-passive-mode no; set ssl:verify-certificate no; set ftp:ssl-allow-anonymous yes; set ftp:ssl-protect-data yes; set cmd:fail-exit yes; "
		set += fmt.Sprintf("set ftp:passive-mode %t; set ftp:prefer-epsv %t; set ftp:ssl-allow %t; set ftp:ssl-force %t; ",
			c.Mode == "pasv" || c.Mode == "epsv", c.Mode == "epsv", c.TLS != "none", c.TLS != "none")
		scheme := "ftp://"
		if c.TLS == "implicit" {
			scheme = "ftps://"
		}
		call := func(command string) *try {
			return &try{name: "lftp", args: []string{"-c", set + "open " + scheme + host + "; " + command}, env: []string{"HOME=" + dir}}
		}
		return call("get file -o " + back), call("put " + file + " -o incoming/up"), call("ls")
	case "tnftp":
		if c.TLS != "none" {
			return nil, nil, nil
		}
		script := func(command string) *try {
			lines := []string{"user anonymous lab", "binary"}
			if c.Mode == "pasv" || c.Mode == "port" {
				lines = append(lines, "epsv4")
			}
			flags := []string{"-v", "-n", "-q", "4"}
			if c.Mode == "pasv" || c.Mode == "epsv" {
				flags = append(flags, "-p")
			} else {
				flags = append(flags, "-A")
			}
			return &try{name: "tnftp", args: append(flags, server.String()), stdin: strings.Join(append(lines, command, "quit"), "\n") + "\n", env: []string{"HOME=" + dir}}
		}
		return script("get file " + back), script("put " + file + " incoming/up"), script("ls")
	}
	return nil, nil, nil
}

// run calls a client on its host, and gives what it printed.
func (n *network) run(ctx context.Context, t *try) (said string, err error) {
	path := t.name
	if !filepath.IsAbs(path) {
		if path, err = find(t.name); err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*patience)
	defer cancel()
	cmd := n.hosts[0].Command(ctx, path, t.args...)
	cmd.Env = append(os.Environ(), t.env...)
	cmd.Stdin = strings.NewReader(t.stdin)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}

package interop_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	goftp "github.com/jlaffaye/ftp"
)

// secureJlaffaye is the Go library github.com/jlaffaye/ftp, which rclone is made
// with. It knows no PROT C. Sessions resume because the connection has a cache
// of its own, which the caller has to give it.
func secureJlaffaye() *secureClient {
	return &secureClient{name: "jlaffaye/ftp", need: needPeers(), only: private, run: func(ctx context.Context, _ found, e errand) (string, error) {
		var trace bytes.Buffer
		err := jlaffayeErrand(ctx, e, &trace)
		if err != nil {
			fmt.Fprintln(&trace, err)
		}
		return trace.String(), err
	}}
}

func jlaffayeErrand(ctx context.Context, e errand, trace io.Writer) (err error) {
	config := &tls.Config{
		InsecureSkipVerify: true, // what is tried is not the certificate
		MinVersion:         e.version, MaxVersion: e.version,
		ServerName:         e.host, // the key of the cache
		ClientSessionCache: tls.NewLRUClientSessionCache(0),
	}
	start := goftp.DialWithExplicitTLS(config)
	if e.implicit {
		start = goftp.DialWithTLS(config)
	}
	conn, err := goftp.Dial(net.JoinHostPort(e.host, e.port),
		start, goftp.DialWithContext(ctx), goftp.DialWithTimeout(30*time.Second), goftp.DialWithDebugOutput(trace))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Quit()) }()
	if err := conn.Login("anonymous", "ftp@example.com"); err != nil {
		return err
	}
	names, listErr := conn.NameList(e.dir)
	listErr = errors.Join(listErr, os.WriteFile(e.listing, []byte(strings.Join(names, "\n")), 0o600))
	errs := []error{listErr, jlaffayeGet(conn, e)}
	for i := range smallCount {
		errs = append(errs, jlaffayePut(conn, e.small, e.dir+"/"+smallName(i+1)))
	}
	return errors.Join(append(errs, jlaffayePut(conn, e.large, e.dir+"/"+largeName))...)
}

func jlaffayeGet(conn *goftp.ServerConn, e errand) (err error) {
	r, err := conn.Retr(e.dir + "/" + thereName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	f, err := os.Create(e.fetched)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(f, r)
	return err
}

func jlaffayePut(conn *goftp.ServerConn, local, remote string) error {
	f, err := os.Open(local)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	return conn.Stor(remote, f)
}

package ftpclient_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"ferry/ftpclient"
	"ferry/ftpserver"
	"ferry/vfs/memfs"
)

// exampleServer serves two files on loopback until stop is called. The user is anna,
// and her password secret.
func exampleServer() (address string, stop func()) {
	srv := &ftpserver.Server{Accounts: accounts{memfs.New()}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 20000, PassiveMax: 40000}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = srv.Serve(l) }() // it says that it was closed
	c, err := ftpclient.Dial(context.Background(), l.Addr().String(), nil)
	if err != nil {
		panic(err)
	}
	if err := c.Login(context.Background(), "anna", "secret", ""); err != nil {
		panic(err)
	}
	if err := c.Mkdir(context.Background(), "pub"); err != nil {
		panic(err)
	}
	for name, content := range map[string]string{"pub/hello.txt": "Hello.\n", "pub/numbers.txt": "1\n2\n3\n"} {
		if _, err := c.Store(context.Background(), name, strings.NewReader(content), 0); err != nil {
			panic(err)
		}
	}
	if err := c.Quit(context.Background()); err != nil {
		panic(err)
	}
	return l.Addr().String(), func() { _ = srv.Close() }
}

// A Conn is one control connection. The way to make data connections is found by
// itself.
func ExampleDial() {
	address, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	c, err := ftpclient.Dial(ctx, address, &ftpclient.Config{TLS: ftpclient.TLSIfOffered})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	if err := c.Login(ctx, "anna", "secret", ""); err != nil {
		panic(err)
	}
	for entry, err := range c.List(ctx, "pub") {
		if err != nil {
			panic(err)
		}
		fmt.Println(entry.Name, entry.Size)
	}
	// Unordered output:
	// hello.txt 7
	// numbers.txt 6
}

// An error says in which phase something failed, and what the server answered.
func ExampleCode() {
	address, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	c, err := ftpclient.Dial(ctx, address, nil)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	if err := c.Login(ctx, "anna", "secret", ""); err != nil {
		panic(err)
	}
	_, err = c.Size(ctx, "nosuch")
	fmt.Println(ftpclient.Code(err), ftpclient.Temporary(err))
	// Output: 550 false
}

// A Pool makes connections as they are needed, and goes on with a file after one has
// broken.
func ExamplePool_Retrieve() {
	address, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: address, User: "anna", Password: "secret"})
	defer pool.Close()
	var content bytes.Buffer
	result, err := pool.Retrieve(ctx, &content, "pub/hello.txt", 0)
	if err != nil {
		panic(err)
	}
	fmt.Print(result.Bytes, " bytes: ", content.String())
	// Output: 7 bytes: Hello.
}

// A server as an fs.FS.
func ExamplePool_FS() {
	address, stop := exampleServer()
	defer stop()

	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: address, User: "anna", Password: "secret"})
	defer pool.Close()
	err := fs.WalkDir(pool.FS(context.Background(), "/"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			fmt.Println(path, d.IsDir())
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// . true
	// pub true
	// pub/hello.txt false
	// pub/numbers.txt false
}

// The content goes from server to server; where they do not do that, it has to go
// through the client.
func ExampleThirdParty() {
	old, stopOld := exampleServer()
	defer stopOld()
	young, stopYoung := exampleServer()
	defer stopYoung()
	ctx := context.Background()

	var conns []*ftpclient.Conn
	for _, address := range []string{old, young} {
		c, err := ftpclient.Dial(ctx, address, nil)
		if err != nil {
			panic(err)
		}
		defer c.Close()
		if err := c.Login(ctx, "anna", "secret", ""); err != nil {
			panic(err)
		}
		conns = append(conns, c)
	}
	result, err := ftpclient.ThirdParty(ctx, conns[0], conns[1], "pub/hello.txt", "hello-again.txt", ftpclient.ThirdPartyOptions{})
	if err != nil {
		panic(err)
	}
	size, err := conns[1].Size(ctx, "hello-again.txt")
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Bytes, "bytes,", size, "at the other server")
	// Output: 7 bytes, 7 at the other server
}

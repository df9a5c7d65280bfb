package interop_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// soakFile is what the server has under the name "big": "mid" and "small" are
// the beginning of it.
var soakFile = func() []byte {
	b := make([]byte, 8<<20)
	for i := range b {
		b[i] = byte(i>>16 ^ i>>8 ^ i)
	}
	return b
}()

var soakSizes = map[string]int{"big": len(soakFile), "mid": 512 << 10, "small": 1000}

// action is something that a client does. An error is a fault of the server,
// unless the client has lost the session itself: then c.conn is nil.
type action struct {
	name   string
	weight int
	run    func(c *soaker) error
}

// soakActions are what transferring clients do; those with a stain are the
// injected faults.
var soakActions = []action{
	{"download", 10, func(c *soaker) error { return c.download(c.someFile(), c.coin()) }},
	{"upload", 8, func(c *soaker) error { return c.upload(c.someFile(), c.coin()) }},
	{"list", 8, (*soaker).list},
	{"look", 4, (*soaker).look},
	{"ABOR", 4, (*soaker).abor},
	{"disconnect", 3, (*soaker).disconnect},
	{"reset data", 3, (*soaker).resetData},
	{"wrong peer", 4, (*soaker).wrongPeer},
	{"nobody connects", 1, (*soaker).nobodyConnects},
	{"slow reader", 2, (*soaker).slowReader},
	{"nothing there", 2, (*soaker).nothingThere},
}

func (c *soaker) coin() bool { return c.rand.IntN(2) == 0 }

func (c *soaker) someFile() string {
	return [...]string{"small", "small", "mid", "big"}[c.rand.IntN(4)]
}

// act does one thing at random.
func (c *soaker) act() (name string, err error) {
	all := 0
	for _, a := range soakActions {
		all += a.weight
	}
	n := c.rand.IntN(all)
	for _, a := range soakActions {
		if n -= a.weight; n < 0 {
			return a.name, a.run(c)
		}
	}
	return "", nil
}

func (c *soaker) download(file string, active bool) error {
	data, err := c.transfer("RETR "+file, active)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(data)
	_ = data.Close()
	if err != nil {
		return fmt.Errorf("download of %s: %w", file, err)
	}
	if !bytes.Equal(got, soakFile[:soakSizes[file]]) {
		return fmt.Errorf("download of %s: %d bytes that are not the file's", file, len(got))
	}
	_, err = c.reply("226")
	return err
}

func (c *soaker) upload(file string, active bool) error {
	name := c.newFile()
	data, err := c.transfer("STOR "+name, active)
	if err != nil {
		return err
	}
	if _, err := data.Write(soakFile[:soakSizes[file]]); err != nil {
		_ = data.Close()
		return fmt.Errorf("upload of %s: %w", file, err)
	}
	_ = data.Close()
	if _, err := c.reply("226"); err != nil {
		return err
	}
	size, err := c.ask("SIZE "+name, "213")
	if err != nil {
		return err
	}
	if got := strings.TrimSpace(strings.TrimPrefix(size, "213 ")); got != strconv.Itoa(soakSizes[file]) {
		return fmt.Errorf("upload of %s: %s bytes are there", file, got)
	}
	return c.do("DELE "+name, "250")
}

func (c *soaker) list() error {
	data, err := c.transfer([...]string{"LIST", "NLST", "MLSD", "LIST -la", "NLST b*"}[c.rand.IntN(5)], c.coin())
	if err != nil {
		return err
	}
	got, err := io.ReadAll(data)
	_ = data.Close()
	if err != nil || !bytes.Contains(got, []byte("big\r\n")) {
		return fmt.Errorf("listing %q: %w", got, err)
	}
	_, err = c.reply("226")
	return err
}

func (c *soaker) look() error {
	for _, step := range [][2]string{
		{"PWD", "257"},
		{"SIZE big", "213"},
		{"MDTM big", "213"},
		{"MLST big", "250"},
		{"STAT", "211"},
		{"STAT big", "213"},
		{"FEAT", "211"},
		{"NOOP", "200"},
		{"CWD incoming", "250"},
		{"CDUP", "250"},
	} {
		if err := c.do(step[0], step[1]); err != nil {
			return err
		}
	}
	return nil
}

// abor ends a transfer in its midst, or just when it has ended.
func (c *soaker) abor() error {
	command := "RETR " + c.someFile()
	up := c.coin()
	if up {
		command = "STOR " + c.newFile()
	}
	data, err := c.transfer(command, c.coin())
	if err != nil {
		return err
	}
	defer data.Close()
	if up {
		_, _ = data.Write(soakFile[:c.rand.IntN(200_000)])
	} else {
		_, _ = io.CopyN(io.Discard, data, int64(c.rand.IntN(200_000)))
	}
	if err := c.send("ABOR"); err != nil {
		return err
	}
	// 426 and 226, or 226 for a transfer that was over and 226 or 225 for ABOR.
	// What waits in the send buffer of a reset connection does not come.
	if _, err := c.reply("426 226"); err != nil {
		return err
	}
	if _, err := c.reply("226 225"); err != nil {
		return err
	}
	_ = data.Close()
	return c.do("NOOP", "200")
}

// disconnect loses the control connection while a transfer runs, or none.
func (c *soaker) disconnect() error {
	if c.coin() {
		command := [...]string{"RETR big", "STOR " + c.newFile(), "LIST"}[c.rand.IntN(3)]
		data, err := c.transfer(command, c.coin())
		if err != nil {
			return err
		}
		defer data.Close()
		if strings.HasPrefix(command, "STOR") {
			_, _ = io.WriteString(data, "not the whole file")
		} else {
			_, _ = io.CopyN(io.Discard, data, 1)
		}
	}
	c.lose(c.coin())
	return c.login()
}

// resetData resets the data connection in the midst of a transfer.
func (c *soaker) resetData() error {
	up := c.coin()
	command, want := "RETR big", "426"
	if up {
		command = "STOR " + c.newFile()
	}
	data, err := c.transfer(command, c.coin())
	if err != nil {
		return err
	}
	if up {
		_, err = data.Write(soakFile[:50_000])
	} else {
		_, err = io.CopyN(io.Discard, data, 1000)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	raw := data
	if t, ok := data.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	_ = raw.(*net.TCPConn).SetLinger(0)
	_ = raw.Close()
	_, err = c.reply(want)
	return err
}

// wrongPeer lets strangers connect to the passive port first, who must get
// nothing, and who must not keep the client from it.
func (c *soaker) wrongPeer() error {
	open, to, err := c.dataPort(false)
	if err != nil {
		return err
	}
	var strangers []net.Conn
	for i := range 1 + c.rand.IntN(3) {
		conn, err := c.dial(soakAddr(c.number+1000*i, true), to)
		if err != nil {
			return fmt.Errorf("a stranger: %w", err)
		}
		strangers = append(strangers, conn)
		_, _ = io.WriteString(conn, "not for you")
	}
	data, err := c.begin("RETR mid", false, open)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(data)
	_ = data.Close()
	if err != nil || !bytes.Equal(got, soakFile[:soakSizes["mid"]]) {
		return fmt.Errorf("download beside strangers: %d bytes, %w", len(got), err)
	}
	if _, err := c.reply("226"); err != nil {
		return err
	}
	for _, conn := range strangers {
		_ = conn.SetDeadline(time.Now().Add(soakLimit))
		stolen, err := io.ReadAll(conn)
		_ = conn.Close()
		var timeout net.Error
		if len(stolen) > 0 || errors.As(err, &timeout) && timeout.Timeout() {
			return fmt.Errorf("a stranger has got %d bytes, %w", len(stolen), err)
		}
	}
	return nil
}

func (c *soaker) nobodyConnects() error {
	if _, _, err := c.dataPort(false); err != nil {
		return err
	}
	return c.do("RETR big", "425")
}

// slowReader takes a file so slowly that the send buffers stay full.
func (c *soaker) slowReader() error {
	data, err := c.transfer("RETR big", c.coin())
	if err != nil {
		return err
	}
	defer data.Close()
	wait := time.NewTicker(20 * time.Millisecond)
	defer wait.Stop()
	buf := make([]byte, 4<<10)
	for range 100 {
		<-wait.C
		_ = data.SetDeadline(time.Now().Add(soakLimit))
		if _, err := io.ReadFull(data, buf); err != nil {
			return fmt.Errorf("slow download: %w", err)
		}
	}
	_ = data.SetDeadline(time.Now().Add(soakLimit))
	n, err := io.Copy(io.Discard, data)
	if err != nil || int(n)+100*len(buf) != soakSizes["big"] {
		return fmt.Errorf("slow download: %d more bytes, %w", n, err)
	}
	_, err = c.reply("226")
	return err
}

func (c *soaker) nothingThere() error {
	open, _, err := c.dataPort(false)
	if err != nil {
		return err
	}
	for _, step := range [][2]string{{"RETR none", "550"}, {"CWD none", "550"}, {"DELE none", "550"}, {"RNFR none", "550"}, {"XYZZY", "500"}} {
		if err := c.do(step[0], step[1]); err != nil {
			return err
		}
	}
	data, err := c.begin("NLST", false, open) // the port is good still
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, data)
	_ = data.Close()
	_, err = c.reply("226")
	return err
}

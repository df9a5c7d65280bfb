package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"ferry/internal/daemon"
)

// A process with background=YES starts itself again in a session of its own, and
// waits until that one serves. Go cannot fork, as vsftpd does: threads would stay
// behind. The second process reads what only the first one knows from its
// standard input, and writes what it has to say to a pipe until it serves, so
// that the first one can print it: the terminal is no place for it later.

// readyEnv names the descriptor of the pipe in the environment of the second
// process.
const readyEnv = "FERRY_BACKGROUND_PIPE"

// readyMark ends what the second process writes if it serves.
const readyMark = "\x00"

// handover is what the second process reads.
type handover struct {
	Users []daemon.User `json:"users"`
}

// backgroundChild is the second process, seen from inside.
type backgroundChild struct {
	users  []daemon.User
	errors *switchWriter // goes to the first process, and after ready to where stderr goes
	pipe   *os.File
	later  io.Writer
}

// adoptBackground finds out whether this is the second process, and returns nil
// if it is not.
func adoptBackground(stderr io.Writer) (*backgroundChild, error) {
	text, ok := os.LookupEnv(readyEnv)
	if !ok {
		return nil, nil
	}
	if err := os.Unsetenv(readyEnv); err != nil {
		return nil, err
	}
	fd, err := strconv.ParseUint(text, 10, 16)
	if err != nil || fd < 3 {
		return nil, fmt.Errorf("the environment variable %s is ferry's own: unset it", readyEnv)
	}
	pipe := os.NewFile(uintptr(fd), "pipe to the foreground")
	var h handover
	if err := json.NewDecoder(os.Stdin).Decode(&h); err != nil {
		return nil, fmt.Errorf("cannot read from the process in the foreground: %w", err)
	}
	return &backgroundChild{users: h.Users, errors: &switchWriter{w: pipe}, pipe: pipe, later: stderr}, nil
}

// ready tells the first process that this one serves. The error means that the
// first one has gone away, or was stopped: then nobody wants this one.
func (c *backgroundChild) ready() error {
	c.errors.turn(c.later)
	if _, err := io.WriteString(c.pipe, readyMark); err != nil {
		return errors.Join(fmt.Errorf("the process in the foreground has gone: %w", err), c.pipe.Close())
	}
	return c.pipe.Close()
}

// switchWriter is a writer that can be turned to another one.
type switchWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (s *switchWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

func (s *switchWriter) turn(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = w
}

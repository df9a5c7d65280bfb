package dialogue

import "fmt"

// maxOthers is how many connections are opened until one must be refused. A server
// may count some for longer than they last, so that how many it takes is not
// certain.
const maxOthers = 20

// refused opens further connections, which stay open, until the server does not greet
// one: it must say what is wanted and hang up.
func (pl *player) refused(want string) error {
	for range maxOthers {
		conn, err := pl.peer.Dial()
		if err != nil {
			return err
		}
		other := newControl(conn)
		pl.others = append(pl.others, other)
		got, err := other.reply()
		if err != nil {
			return err
		}
		if matchReply([]string{"220"}, got) {
			continue
		}
		if !matchReply([]string{want}, got) {
			return fmt.Errorf("another connection got %q", got)
		}
		return other.expectEOF()
	}
	return fmt.Errorf("none of %d further connections is refused", maxOthers)
}

// dropOthers closes what refused has opened.
func (pl *player) dropOthers() {
	for _, other := range pl.others {
		other.close()
	}
}

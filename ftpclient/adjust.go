package ftpclient

// Adjust changes how the transfers to come are made: Modes, ASCII and Trace of the
// configuration, and the limits in time. Modes that the server has refused are
// tried again. What belongs to the connection itself (TLS, Dial) stays as it was
// when it was made.
func (c *Conn) Adjust(change func(*Config)) {
	<-c.turn
	defer c.release()
	change(&c.cfg)
	c.won = ""
	clear(c.refused)
}

// Adjust changes the configuration of the connections that the Pool makes from
// now on; those that are there have an Adjust of their own. It is not for a time
// when the Pool is used by others.
func (p *Pool) Adjust(change func(*Config)) { change(&p.conn) }

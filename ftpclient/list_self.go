package ftpclient

// ListedSelf says whether the last listing of List had the directory itself among its
// entries, which List leaves out. Where a server does that, one without it is none of
// an empty directory: the server could not read it, and has not said so.
func (c *Conn) ListedSelf() bool {
	<-c.turn
	defer c.release()
	return c.listedSelf
}

package ftpclient

// learnt is what has been found out about a server that holds for every connection
// to it: those of a Pool share one.
type learnt struct {
	names names
	zone  zone
}

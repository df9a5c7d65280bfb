package lab

// Ports is the column of the proof that a firewall lets through just the ports that
// it must: every port of the server is probed from the client's side.
const Ports = "ports"

// A Job is one world: a topology, a server in it, and what is tried.
type Job struct {
	Topology string   `json:"topology"`
	Server   string   `json:"server"`
	TLS      []string `json:"tls"`
	Modes    []string `json:"modes"` // empty: all of the family
	Clients  []string `json:"clients"`
	Ports    bool     `json:"ports"` // probe every port of the server, where rules come from facts
	Rules    string   `json:"rules"` // the dialect in which the firewalls get their rules
	Draw     bool     `json:"draw"`  // make a picture of the first transfer
	// Host and Command are a shell's.
	Host    string   `json:"host,omitempty"`
	Command []string `json:"command,omitempty"`
	// Self is the program ferry.
	Self string `json:"self"`
}

// A Result is what one cell gave.
type Result struct {
	Cell
	Expected Outcome  `json:"expected"`
	Outcome  Outcome  `json:"outcome"`
	Skipped  string   `json:"skipped,omitempty"` // why it was not tried
	Picture  *Picture `json:"picture,omitempty"`
	Said     string   `json:"said,omitempty"` // what the client printed when it failed
}

// Surprise says that the outcome is not the one that was predicted.
func (r *Result) Surprise() bool { return r.Skipped == "" && r.Outcome != r.Expected }

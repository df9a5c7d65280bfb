package firewall

import "fmt"

// Side is one of the two ends of FTP, and also the direction of packets toward it.
type Side uint8

// The sides.
const (
	Client Side = iota
	Server
)

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

// String writes "client" or "server".
func (s Side) String() string {
	if s == Server {
		return "server"
	}
	return "client"
}

// FlowName names a flow, stable from release to release.
type FlowName string

// The flows: four of active mode, four of passive mode, of which the two of the
// control connection are the same.
const (
	ControlOut      FlowName = "control"
	ControlBack     FlowName = "control-reply"
	ActiveData      FlowName = "active-data"
	ActiveDataBack  FlowName = "active-data-reply"
	PassiveData     FlowName = "passive-data"
	PassiveDataBack FlowName = "passive-data-reply"
)

// A Flow is one direction of one kind of connection: who sends to whom, from
// which ports to which.
type Flow struct {
	Name      FlowName
	From      Side
	FromPorts []Ports
	ToPorts   []Ports
	Opens     bool // its first packet opens the connection
	Reason    string
}

// back is the flow of the answers.
func (f Flow) back(name FlowName, reason string) Flow {
	return Flow{name, f.From.Other(), f.ToPorts, f.FromPorts, false, reason}
}

// flows lists them in the order in which they happen.
func (f *Facts) flows() []Flow {
	any := []Ports{Unprivileged}
	var ports []Ports
	for _, port := range f.Control {
		ports = append(ports, One(port))
	}
	control := Flow{ControlOut, Client, any, ports, true, "the client opens the control connection"}
	flows := []Flow{control, control.back(ControlBack, "the server's replies on the control connection")}
	if f.Active {
		from, said := []Ports{One(f.DataPort)}, fmt.Sprintf("from its data port %d", f.DataPort)
		if f.DataPort == 0 {
			from, said = any, "from a port of its own choice"
		}
		data := Flow{
			ActiveData, Server, from,
			[]Ports{f.ActivePorts},
			true,
			"active mode: the server opens the data connection, " + said + ", to the port that PORT or EPRT named",
		}
		flows = append(flows, data, data.back(ActiveDataBack, "active mode: the client's side of the data connection"))
	}
	if f.Passive {
		data := Flow{
			PassiveData, Client, any,
			[]Ports{f.PassivePorts},
			true,
			"passive mode: the client opens the data connection, to the port that the 227 or 229 named",
		}
		flows = append(flows, data, data.back(PassiveDataBack, "passive mode: the server's side of the data connection"))
	}
	return flows
}

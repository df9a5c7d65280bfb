package firewall

import (
	"fmt"
	"net/netip"
	"slices"
)

// A Plan is all that a firewall must do for FTP, in no dialect.
type Plan struct {
	Facts    Facts // complete: what was empty is filled in
	Families []Family
	Flows    []Flow
	Ruleset
	Translations []Translation
	Notes        []Note
}

// A Translation changes addresses on the way to a server or from clients.
type Translation struct {
	Family Family
	// Toward the server: what goes to From:Ports is sent on to To, same port. Toward
	// the client: what the server opens from To's data port leaves as From.
	Public, Server netip.Addr
	Ports          []Ports
	Toward         Side
	// Masquerade: what the Clients send to Server leaves with the firewall's own
	// address. Public and Ports are empty then.
	Masquerade bool
	Clients    []netip.Prefix
	Reason     string
}

// Make makes the plan, or says with a [FactError] each what cannot be.
func Make(facts Facts) (*Plan, error) {
	facts.Clients, facts.Server = slices.Clone(facts.Clients), slices.Clone(facts.Server)
	facts.Public, facts.Keep, facts.Control = slices.Clone(facts.Public), slices.Clone(facts.Keep), slices.Clone(facts.Control)
	facts, err := facts.checked()
	if err != nil {
		return nil, err
	}
	p := &Plan{Facts: facts, Families: facts.families(), Flows: facts.flows()}
	p.hostRules()
	for _, flow := range p.Flows {
		for _, family := range p.Families {
			p.Rules = append(p.Rules, p.knocked(p.flowRule(flow, family))...)
		}
	}
	p.otherMode()
	p.icmp()
	p.answers()
	if facts.Outgoing == OutgoingOpen {
		p.Default[facts.Inward().Other()] = Accept
	}
	p.translate()
	p.note()
	return p, nil
}

// flowRule lets one flow through in one family.
func (p *Plan) flowRule(flow Flow, family Family) Rule {
	f := &p.Facts
	rule := Rule{
		Serves: Serves(flow.Name), Toward: flow.From.Other(), Family: family, Proto: TCP, Action: Accept, Reason: flow.Reason,
		From: Match{f.networksOf(flow.From, family), flow.FromPorts},
		To:   Match{f.networksOf(flow.From.Other(), family), flow.ToPorts},
	}
	control := flow.Name == ControlOut || flow.Name == ControlBack
	switch {
	case f.Tracking == Stateless:
		rule.Answer = !flow.Opens
	case !flow.Opens:
		rule.State, rule.Helper = Established, f.Tracking == Helper && !control
	case f.Tracking == Helper && !control:
		rule.State, rule.Helper = Related|Established, true
	default:
		rule.State = New | Established
	}
	return rule
}

// knocked splits the rule of passive data under Knock: opening needs a live control
// connection, going on does not.
func (p *Plan) knocked(rule Rule) []Rule {
	if p.Facts.Tracking != Knock || rule.Serves != Serves(PassiveData) {
		return []Rule{rule}
	}
	opening, going := rule, rule
	opening.State, opening.Knocked = New, true
	opening.Reason += "; only an address with a live control connection may"
	going.State = Established
	going.Reason = "passive mode: the client's side of the data connection, once it is open"
	return []Rule{opening, going}
}

// hostRules are those that any host needs.
func (p *Plan) hostRules() {
	f := &p.Facts
	if !f.Host() {
		return
	}
	for _, side := range []Side{f.Inward(), f.Inward().Other()} {
		p.Rules = append(p.Rules, Rule{Serves: ServesLoopback, Toward: side, Local: true, Action: Accept, Reason: "the host speaks to itself"})
	}
	for _, port := range f.Keep {
		in := Rule{
			Serves: ServesKeep, Toward: f.Inward(), Proto: TCP, To: Match{Ports: []Ports{One(port)}}, Action: Accept,
			Reason: fmt.Sprintf("port %d stays reachable, as asked for", port),
		}
		out := in
		out.Toward, out.From, out.To = in.Toward.Other(), in.To, in.From
		if f.Stateful() {
			in.State, out.State = New|Established, Established
		} else {
			out.Answer = true
		}
		p.Rules = append(p.Rules, in, out)
	}
}

// otherMode keeps a mode closed that is not wanted, where a host may open what it
// likes besides.
func (p *Plan) otherMode() {
	f := &p.Facts
	if f.Outgoing != OutgoingOpen {
		return
	}
	rule := Rule{Serves: ServesMode, Toward: f.Inward().Other(), Proto: TCP, State: New | Related, Action: Drop}
	for _, family := range p.Families {
		rule.Family = family
		switch {
		case f.At == AtClient:
			rule.To = Match{Nets: f.networksOf(Server, family)}
			rule.Reason = "nothing else to the server: no data connection of a mode that is not wanted"
		case !f.Active && f.DataPort != 0:
			rule.From = Match{Ports: []Ports{One(f.DataPort)}}
			rule.Reason = fmt.Sprintf("no active mode: the server opens nothing from its data port %d", f.DataPort)
		default:
			return
		}
		p.Rules = append(p.Rules, rule)
	}
}

// answers lets in what answers a host's own connections.
func (p *Plan) answers() {
	if p.Facts.Outgoing == OutgoingOpen {
		p.Rules = append(p.Rules, Rule{
			Serves: ServesAnswers, Toward: p.Facts.Inward(), State: Established, Action: Accept,
			Reason: "answers to connections that this host opened itself",
		})
	}
}

// icmp lets through the errors that connections need.
func (p *Plan) icmp() {
	f := &p.Facts
	for _, family := range p.Families {
		kinds := []ICMPKind{Unreachable, TimeExceeded, ParameterProblem}
		if family == IPv6 {
			kinds = []ICMPKind{Unreachable, PacketTooBig, TimeExceeded, ParameterProblem}
		}
		for _, side := range []Side{Server, Client} {
			rule := Rule{
				Serves: ServesICMP, Toward: side, Family: family, Proto: ICMP, ICMP: kinds, Action: Accept,
				Reason: "errors about these connections; without \"packet too big\" large transfers stall (path MTU discovery)",
			}
			if f.Stateful() {
				rule.State = Related
			}
			p.Rules = append(p.Rules, rule)
			// The list of an interface also sees what is for the switch itself.
			if family == IPv6 && (f.Host() || !f.Stateful()) {
				p.Rules = append(p.Rules, Rule{
					Serves: ServesICMP, Toward: side, Family: family, Proto: ICMP, ICMP: []ICMPKind{NeighborDiscovery}, Action: Accept,
					Reason: "neighbour discovery, which is for IPv6 what ARP is for IPv4",
				})
			}
		}
	}
}

// translate makes the translations of addresses.
func (p *Plan) translate() {
	f := &p.Facts
	for i, public := range f.Public {
		t := Translation{Family: FamilyOf(public), Public: public, Server: f.Server[i], Toward: Server, Reason: "the server is reached at this address"}
		if !slices.Contains(p.Families, t.Family) {
			continue
		}
		for _, port := range f.Control {
			t.Ports = append(t.Ports, One(port))
		}
		if f.Passive && f.Tracking != Helper {
			t.Ports = append(t.Ports, f.PassivePorts)
			t.Reason += ", also for passive data connections"
		}
		p.Translations = append(p.Translations, t)
		if f.Active && f.Tracking != Helper {
			from := One(f.DataPort)
			if f.DataPort == 0 {
				from = Unprivileged
			}
			p.Translations = append(p.Translations, Translation{
				Family: t.Family, Public: public, Server: t.Server, Toward: Client,
				Ports: []Ports{from}, Reason: "active data connections come from the address that the client knows",
			})
		}
	}
	if f.Masquerade {
		for _, family := range p.Families {
			for _, server := range f.networksOf(Server, family) {
				p.Translations = append(p.Translations, Translation{
					Family: family, Server: server.Addr(), Toward: Server, Masquerade: true,
					Clients: f.networksOf(Client, family), Reason: "the clients leave with this firewall's address",
				})
			}
		}
	}
}

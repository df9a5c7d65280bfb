package kubernetes

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

// document has the fields of both kinds that the API knows and that are written here.
type document struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		// Of a NetworkPolicy.
		PodSelector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		} `yaml:"podSelector"`
		PolicyTypes []string `yaml:"policyTypes"`
		Ingress     *[]policyRule
		Egress      *[]policyRule
		// Of a Service.
		Type                  string
		ExternalTrafficPolicy string `yaml:"externalTrafficPolicy"`
		SessionAffinity       string `yaml:"sessionAffinity"`
		IPFamilyPolicy        string `yaml:"ipFamilyPolicy"`
		Selector              map[string]string
		Ports                 []servicePort
	}
}

type policyRule struct {
	From, To []struct {
		IPBlock struct{ CIDR string } `yaml:"ipBlock"`
	}
	Ports []struct {
		Protocol string
		Port     int
		EndPort  *int `yaml:"endPort"`
	}
}

type servicePort struct {
	Name, Protocol string
	Port           int
	TargetPort     int `yaml:"targetPort"`
}

// read reads all documents; a field that is not known is an error.
func read(text string) ([]document, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	var all []document
	for {
		var d document
		err := decoder.Decode(&d)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
}

// parse makes rules of the policy, with the meaning that the API gives it.
func parse(text string) (*firewall.Ruleset, error) {
	documents, err := read(text)
	if err != nil || len(documents) == 0 {
		return nil, fmt.Errorf("%d documents: %w", len(documents), err)
	}
	d := documents[0]
	if d.APIVersion != "networking.k8s.io/v1" || d.Kind != "NetworkPolicy" || d.Metadata.Name == "" || len(d.Spec.PodSelector.MatchLabels) == 0 {
		return nil, fmt.Errorf("no policy: %+v", d)
	}
	set := &firewall.Ruleset{Stateful: true, Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		set.Rules = append(set.Rules,
			firewall.Rule{Toward: side, Local: true, Action: firewall.Accept},
			firewall.Rule{Toward: side, Family: firewall.IPv6, Proto: firewall.ICMP, ICMP: []firewall.ICMPKind{firewall.NeighborDiscovery}, Action: firewall.Accept})
	}
	for _, kind := range d.Spec.PolicyTypes {
		side, list := firewall.Server, d.Spec.Ingress
		if kind == "Egress" {
			side, list = firewall.Client, d.Spec.Egress
		}
		set.Default[side] = firewall.Drop
		if list == nil {
			return nil, fmt.Errorf("the direction %s has no rules", kind)
		}
		for _, rule := range *list {
			peers := rule.From
			if side == firewall.Client {
				peers = rule.To
			}
			if len(peers) == 0 || len(rule.Ports) == 0 || len(rule.From) > 0 && len(rule.To) > 0 {
				return nil, fmt.Errorf("a rule allows everybody, or every port: %+v", rule)
			}
			for _, peer := range peers {
				n, err := netip.ParsePrefix(peer.IPBlock.CIDR)
				if err != nil || n != n.Masked() {
					return nil, fmt.Errorf("network %q: %w", peer.IPBlock.CIDR, err)
				}
				r := firewall.Rule{Toward: side, Family: firewall.FamilyOf(n.Addr()), Proto: firewall.TCP, State: firewall.New, Action: firewall.Accept}
				if side == firewall.Server {
					r.From.Nets = []netip.Prefix{n}
				} else {
					r.To.Nets = []netip.Prefix{n}
				}
				for _, p := range rule.Ports {
					last := p.Port
					if p.EndPort != nil {
						last = *p.EndPort
					}
					if p.Protocol != "TCP" || p.Port < 1 || last < p.Port || last > 65535 {
						return nil, fmt.Errorf("ports %+v", p)
					}
					r.To.Ports = append(r.To.Ports, firewall.Ports{From: uint16(p.Port), To: uint16(last)})
				}
				set.Rules = append(set.Rules, r)
			}
		}
	}
	return set, nil
}

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the policies back.
func TestSameMatrix(t *testing.T) {
	d := *Dialect
	d.Parse = parse
	firewalltest.SameMatrix(t, &d)
}

// TestService has every port that a client dials, and only those, or a note.
func TestService(t *testing.T) {
	services := 0
	for _, c := range firewalltest.Cases() {
		text, p, notes, err := Dialect.Write(c.Facts(t))
		if err != nil {
			continue // TestGolden has told it
		}
		documents, err := read(text)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if len(documents) == 1 {
			if !strings.Contains(firewall.Comments("#", notes), "no Service is written") {
				t.Errorf("%s: a Service is left out in silence", c.Name)
			}
			continue
		}
		services++
		s := documents[1]
		want := map[int]bool{}
		for _, n := range p.Facts.Control {
			want[int(n)] = true
		}
		for n := int(p.Facts.PassivePorts.From); p.Facts.Passive && n <= int(p.Facts.PassivePorts.To); n++ {
			want[n] = true
		}
		for _, port := range s.Spec.Ports {
			if !want[port.Port] || port.TargetPort != port.Port || port.Protocol != "TCP" || len(port.Name) > 15 {
				t.Errorf("%s: %+v", c.Name, port)
			}
			delete(want, port.Port)
		}
		if len(want) > 0 || s.Kind != "Service" || s.APIVersion != "v1" || s.Spec.ExternalTrafficPolicy != "Local" || s.Spec.Selector["app"] != app {
			t.Errorf("%s: %d ports are missing: %+v", c.Name, len(want), s)
		}
	}
	if services == 0 {
		t.Error("no case has a Service")
	}
}

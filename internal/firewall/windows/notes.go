package windows

import (
	"fmt"

	"ferry/internal/firewall"
)

// notes says what is needed besides.
func notes(p *firewall.Plan) []firewall.Note {
	var list []firewall.Note
	add := func(topic firewall.Topic, format string, args ...any) {
		list = append(list, firewall.Note{Topic: topic, Text: fmt.Sprintf(format, args...)})
	}
	f := &p.Facts
	add(firewall.NoteUse, "run it as administrator: powershell -ExecutionPolicy Bypass -File FILE.ps1. It replaces the rules of its own group (%s), and no others; an error stops it before the default actions are set", group)
	more := "the other rules of this machine stay in force: one that allows opens more than is said here (Get-NetFirewallRule -Enabled True -Action Allow lists them; Windows comes with many, of both directions), and one that blocks wins over these"
	if len(f.Keep) == 0 {
		more += ". What no rule allows is blocked, also Remote Desktop and SSH where their own rules are off: name ports that must stay reachable with --keep"
	}
	add(firewall.NoteUse, "%s", more)
	add(firewall.NoteUse, "a group policy can override default actions and leave local rules out, and a profile that blocks all incoming connections (AllowInboundRules False) reads no rules: Get-NetFirewallProfile -PolicyStore ActiveStore shows what holds")
	if f.TLS {
		add(firewall.NoteModule, "Windows cannot read control connections under TLS, so its look into them must be off: netsh advfirewall set global statefulftp disable")
	} else {
		add(firewall.NoteModule, "these rules do not need Windows' own look into control connections, which can open more than they do: netsh advfirewall set global statefulftp disable")
	}
	if f.At == firewall.AtServer && f.Passive && f.PassivePorts != firewall.Unprivileged && f.PassivePorts.From > 1024 {
		add(firewall.NoteServer, "IIS takes its passive ports from: appcmd set config -section:system.ftpServer/firewallSupport /lowDataChannelPort:%d /highDataChannelPort:%d /commit:apphost; restart its service (ftpsvc) after that",
			f.PassivePorts.From, f.PassivePorts.To)
	}
	add(firewall.NotePersistence, "rules and default actions last over a restart by themselves. Get-NetFirewallRule -Group %s | Remove-NetFirewallRule takes the rules back; Windows comes with inbound Block and outbound Allow", group)
	return list
}

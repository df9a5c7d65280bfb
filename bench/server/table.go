package main

import (
	"fmt"
	"strconv"
	"strings"
)

// rateTable shows one measure: a row for each server, ferry first.
func rateTable(m measure, list []server, results map[string][]result, f *figures) string {
	var t strings.Builder
	unit, cost := "operations a second", "CPU an operation"
	if m.perByte {
		unit, cost = "MB/s", "CPU a GiB"
	}
	t.WriteString(heading(m.title, "server", unit+", median", "min", "max", cost, "ferry is"))
	us, known := f.get(m.title, rate, ours)
	for _, s := range list {
		if reason := f.reasons[m.title][s.name]; reason != "" {
			t.WriteString(row(s.name, "failed: "+reason, "", "", "", ""))
			continue
		}
		runs := results[s.name]
		if len(runs) == 0 {
			continue
		}
		low, high := m.rate(runs[0]), m.rate(runs[0])
		for _, r := range runs {
			low, high = min(low, m.rate(r)), max(high, m.rate(r))
		}
		middle, _ := f.get(m.title, rate, s.name)
		used, _ := f.get(m.title, cpu, s.name)
		ratio := ""
		if s.name != ours && known {
			ratio = fmt.Sprintf("%.2f x", us/middle)
		}
		name := s.name
		if notes := runs[0].notes; notes != "" {
			name += " (" + notes + ")"
		}
		t.WriteString(row(name, m.show(middle), m.show(low), m.show(high), showTime(used), ratio))
	}
	return t.String() + "\n"
}

// heading begins a table: its title and the names of its columns, of which all but
// the first hold numbers.
func heading(title string, columns ...string) string {
	return fmt.Sprintf("**%s**\n\n%s|---|%s\n", title, row(columns...), strings.Repeat("--:|", len(columns)-1))
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// show gives a rate in the measure's unit.
func (m *measure) show(rate float64) string {
	if m.perByte {
		return thousands(rate / 1e6)
	}
	return thousands(rate)
}

// thousandsOf writes a whole number with commas.
func thousandsOf(n int) string {
	if n < 100 {
		return strconv.Itoa(n)
	}
	return thousands(float64(n))
}

// thousands writes a number to three digits or more, with commas.
func thousands(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// showTime gives seconds in a unit that suits them.
func showTime(seconds float64) string {
	switch {
	case seconds < 1e-3:
		return fmt.Sprintf("%.0f µs", seconds*1e6)
	case seconds < 1e-1:
		return fmt.Sprintf("%.2f ms", seconds*1e3)
	}
	return fmt.Sprintf("%.2f s", seconds)
}

// showBytes gives bytes in a unit that suits them.
func showBytes(bytes float64) string {
	switch {
	case bytes < 1<<20:
		return fmt.Sprintf("%.1f KiB", bytes/(1<<10))
	case bytes >= 10<<30:
		return fmt.Sprintf("%.1f GiB", bytes/(1<<30))
	}
	return fmt.Sprintf("%.1f MiB", bytes/(1<<20))
}

// oneLine makes an error fit into a table.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	text = strings.ReplaceAll(text, "|", "\\|")
	if runes := []rune(text); len(runes) > 160 {
		text = string(runes[:160]) + "..."
	}
	return text
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// machine describes what the figures are from.
func (b *bench) machine(ctx context.Context) string {
	var t strings.Builder
	t.WriteString("### Machine\n\n")
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&t, "- %s: %s\n", name, value)
		}
	}
	line("processor", fmt.Sprintf("%s, %d cores", after("/proc/cpuinfo", "model name"), runtime.NumCPU()))
	line("memory", showBytes(float64(field("/proc/meminfo", "MemTotal:")<<10)))
	line("system", after("/etc/os-release", "PRETTY_NAME")+", Linux "+first("/proc/sys/kernel/osrelease"))
	line("disk of the uploads", fileSystem(b.store))
	line("client, floor", runtime.Version())
	if said, err := exec.CommandContext(ctx, b.ferry, "version").Output(); err == nil {
		text, _, _ := strings.Cut(string(said), "\n")
		line("the server under test", strings.TrimSpace(text))
	}
	line("the others", strings.Join(b.peerVersions(), ", "))
	fmt.Fprintf(&t, "- rounds: %d, of %v where many small operations are counted\n\n", b.rounds, b.length)
	return t.String()
}

// peerVersions are names and versions of the peers, of the list that make peers
// leaves.
func (b *bench) peerVersions() []string {
	text, err := os.ReadFile(filepath.Join(b.peers, "versions"))
	if err != nil {
		return nil
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		for _, s := range servers() {
			if len(cells) == 3 && strings.EqualFold(cells[0], s.name) {
				all = append(all, s.name+" "+cells[2])
			}
		}
	}
	return all
}

// after is the value of a name at the beginning of a line, after ":" or "=".
func after(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.Trim(strings.TrimLeft(strings.TrimSpace(rest), ":= \t"), `"`)
		}
	}
	return "unknown"
}

// first is the first line of a file.
func first(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// fileSystem names the kind of the file system that a folder is on.
func fileSystem(dir string) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return "unknown"
	}
	names := map[int64]string{0xef53: "ext4", 0x01021994: "tmpfs, which is no disk", 0x58465342: "XFS", 0x9123683e: "Btrfs", 0x794c7630: "overlay"}
	if name, ok := names[int64(fs.Type)]; ok { //nolint:unconvert // its type differs among processors
		return name
	}
	return fmt.Sprintf("of kind %#x", fs.Type)
}

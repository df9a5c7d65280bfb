package lineage

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"testing"
	"time"
)

// TestKill ends a shell, its child, and one that has a session of its own. All hold
// the pipe, which ends when they do.
func TestKill(t *testing.T) {
	setsid, err := exec.LookPath("setsid")
	if err != nil {
		t.Skip("there is no setsid: install util-linux")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", `sleep 1000 & "$0" -w sh -c 'echo runs; sleep 1002; true' & wait`, setsid)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "runs\n" || err != nil {
		t.Fatalf("it says %q, %v", line, err)
	}
	Kill(cmd.Process.Pid)
	if _, err := io.ReadAll(lines); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it has ended well")
	}
	if ctx.Err() != nil {
		t.Error("it did not end before its time")
	}
}

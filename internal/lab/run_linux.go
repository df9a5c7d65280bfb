package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"ferry/internal/nsnet"
)

// Run carries out jobs in worlds, so many at a time, and hands each result to report
// as it comes. The world is the program self with the arguments args.
func Run(ctx context.Context, jobs []Job, atOnce int, self string, args []string, report func(Result)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan Job)
	var mu sync.Mutex
	var failed []error
	var workers sync.WaitGroup
	for range min(atOnce, len(jobs)) {
		workers.Go(func() {
			for job := range queue {
				err := oneWorld(ctx, job, self, args, func(r Result) {
					mu.Lock()
					defer mu.Unlock()
					report(r)
				})
				if err != nil {
					mu.Lock()
					failed = append(failed, fmt.Errorf("topology %s with %s: %w", job.Topology, job.Server, err))
					mu.Unlock()
				}
			}
		})
	}
	for _, job := range jobs {
		job.Self = self
		select {
		case queue <- job:
		case <-ctx.Done():
		}
	}
	close(queue)
	workers.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

// oneWorld starts a world and reads its results.
func oneWorld(ctx context.Context, job Job, self string, args []string, report func(Result)) error {
	text, err := json.Marshal(job)
	if err != nil {
		return err
	}
	cmd := nsnet.Command(ctx, self, args...)
	if cmd.Err != nil {
		return cmd.Err
	}
	cmd.Env = os.Environ()
	var said strings.Builder
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return errors.Join(fmt.Errorf("the world says %q: %w", lines.Text(), err), cmd.Wait())
		}
		report(r)
	}
	if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

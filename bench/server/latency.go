package main

import "time"

// commands is how often each command is sent for a latency.
const commands = 2000

// latency is how long a command takes from its sending to its reply.
type latency struct{ median, p99 time.Duration }

// latencies has a session send NOOP and PWD, one after the other.
func latencies(s *session) (noop, pwd latency, err error) {
	for _, c := range []struct {
		want    int
		command string
		into    *latency
	}{{200, "NOOP", &noop}, {257, "PWD", &pwd}} {
		times := make([]time.Duration, commands)
		for i := range times {
			began := time.Now()
			if err := s.ask(c.want, c.command); err != nil {
				return noop, pwd, err
			}
			times[i] = time.Since(began)
		}
		*c.into = latency{
			time.Duration(median(times, func(d time.Duration) float64 { return float64(d) })),
			percentile(times, 0.99),
		}
	}
	return noop, pwd, nil
}

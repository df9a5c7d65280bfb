package certs

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatch(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
		name := write(t, []string{dir, "both.pem"}, first.bothPEM(t))
		source, err := FromFiles(name, "")
		if err != nil {
			t.Fatal(err)
		}
		reports := make(chan string, 100)
		ctx, cancel := context.WithCancel(t.Context())
		ended := source.Watch(ctx, time.Minute, func(changed bool, err error) {
			switch {
			case err != nil && !changed:
				reports <- err.Error()
			case changed && err == nil:
				reports <- "changed"
			case !changed:
				reports <- "well again"
			default:
				reports <- "changed with an error"
			}
		})
		// expect lets looks happen and wants one report of them, or none for "".
		expect := func(looks int, want string) {
			t.Helper()
			time.Sleep(time.Duration(looks) * time.Minute)
			synctest.Wait()
			var got []string
			for len(reports) > 0 {
				got = append(got, <-reports)
			}
			if want == "" && len(got) == 0 || len(got) == 1 && want != "" && strings.Contains(got[0], want) {
				return
			}
			t.Errorf("reports %q, want %q", got, want)
		}
		expect(3, "")
		replace(t, name, second.bothPEM(t))
		expect(3, "changed")
		write(t, []string{name}, first.bothPEM(t)[:100])
		expect(5, "not written to its end") // once
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		expect(2, "correct its name") // another error is said too
		write(t, []string{name}, second.bothPEM(t))
		expect(3, "well again")
		cancel()
		<-ended
		replace(t, name, first.bothPEM(t))
		expect(5, "")
	})
}

// TestWatchDefaults: no interval and no report are allowed.
func TestWatchDefaults(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
		name := write(t, []string{dir, "both.pem"}, first.bothPEM(t))
		source, err := FromFiles(name, "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := source.Watch(ctx, 0, nil)
		replace(t, name, second.bothPEM(t))
		time.Sleep(DefaultInterval - time.Second)
		synctest.Wait()
		mustShow(t, source, first)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		mustShow(t, source, second)
		cancel()
		<-ended
	})
}

// TestWatchRenews runs a self-signed certificate for three years.
func TestWatchRenews(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"", filepath.Join(root, "tls")} {
		synctest.Test(t, func(t *testing.T) {
			source, err := SelfSigned(SelfSignedOptions{Hosts: []string{"ftp.example"}, Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			var changes atomic.Int32
			ctx, cancel := context.WithCancel(t.Context())
			ended := source.Watch(ctx, 24*time.Hour, func(changed bool, err error) {
				if err != nil || !changed {
					t.Errorf("changed %v, %v", changed, err)
				}
				changes.Add(1)
			})
			for range 3 * 365 {
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if got := source.Warnings(); len(got) != 0 {
					t.Fatalf("on %s: %q", time.Now(), got)
				}
			}
			cancel()
			<-ended
			if got := changes.Load(); got != 2 {
				t.Errorf("%d renewals in three years, want 2", got)
			}
		})
	}
}

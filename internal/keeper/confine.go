package keeper

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"ferry/internal/account/system"
	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// Confine leaves the process of a broker the power to become somebody and to give
// files away, and nothing else that root can. It is called once everything is
// open, PAM's helper started.
func (l *Local) Confine(ctx context.Context, log *slog.Logger) error {
	if err := l.LearnReach(ctx, log); err != nil {
		return err
	}
	plan := &sandbox.Plan{Keep: sys.Capabilities(sys.CapSetuid, sys.CapSetgid)}
	if l.giver != nil {
		plan.Keep |= sys.Capabilities(sys.CapChown)
	}
	switch {
	case !l.settings.LandlockEnable:
		plan.Everywhere = "landlock_enable=NO"
	case l.system != nil:
		plan.Everywhere = "system users see every directory (local_enable=YES)"
		if l.system.pam == nil && !ownerReads(system.DefaultFiles().Shadow) {
			plan.Keep |= sys.Capabilities(sys.CapDACReadSearch)
		}
	}
	plan.Paths = append(l.Paths(), sandbox.SystemPaths(true)...)
	for key := range l.files {
		reach, dirs := key.folders()
		for _, dir := range dirs {
			plan.Paths = append(plan.Paths, sandbox.Path{Name: dir, Reach: reach, Optional: true})
		}
	}
	report, err := plan.Apply()
	if err != nil {
		return fmt.Errorf("500 OOPS: %w", err)
	}
	l.Confined(report.Landlock != 0)
	if l.system != nil {
		log.Info("the passwords of system users are checked " + l.system.how)
	}
	log.LogAttrs(ctx, slog.LevelInfo, report.Summary(), report.LogAttrs()...)
	return nil
}

// ownerReads says whether root may read a file for being its owner: on some
// systems nobody may, and root does all the same.
func ownerReads(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().Perm()&0o400 != 0
}

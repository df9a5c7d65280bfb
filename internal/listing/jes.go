package listing

import "strings"

// parseJES reads a job of z/OS, as LIST tells of jobs after SITE FILETYPE=JES:
//
//	JOBNAME  JOBID    OWNER    STATUS CLASS
//	USER1A   JOB00083 USER1    OUTPUT A        ABEND=806 3 spool files
//	USER1    TSU00024 USER1    ACTIVE TSU
//	USER1B   JOB00012 OUTPUT 5 Spool Files
//
// The last is of JESINTERFACELEVEL 1, which has no owner. RETR takes the
// number of the job, so that is the name.
func parseJES(line string, _ clock) (Entry, bool) {
	words := tokens(line, 5)
	if len(words) < 3 || !isMember(words[0].text) || !isJob(words[1].text) {
		return Entry{}, false
	}
	e := Entry{Name: words[1].text, Size: -1, Mode: 0o444}
	if isJobStatus(words[2].text) {
		return e, true
	}
	if len(words) < 4 || !isJobStatus(words[3].text) {
		return Entry{}, false
	}
	e.Owner = words[2].text
	return e, true
}

// isJob knows the number of a job: a batch job, a session or a started task.
func isJob(s string) bool {
	digits := strings.TrimLeft(s, "JOBTSUC")
	switch s[:len(s)-len(digits)] {
	case "JOB", "TSU", "STC", "J", "T", "S":
		_, ok := parseDigits(digits, 4, 7)
		return ok
	}
	return false
}

func isJobStatus(s string) bool {
	switch s {
	case "INPUT", "ACTIVE", "OUTPUT", "HELD":
		return true
	}
	return false
}

//go:build race

package ftpserver

const raceEnabled = true

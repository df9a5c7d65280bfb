package carry

import (
	"testing"

	"ferry/ftpclient"
)

// TestDownloadNothing asks for a file that is not there, and leaves nothing behind.
func TestDownloadNothing(t *testing.T) {
	s := &scripted{files: map[string]string{"other": "x"}}
	s.start(t)
	j, _ := s.job(t)
	dir := t.TempDir()
	if err := j.Download(t.Context(), "nothing", dir); ftpclient.Code(err) != 550 {
		t.Fatal(err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("there is %q", got)
	}
}

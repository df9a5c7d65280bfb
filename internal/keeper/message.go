package keeper

import (
	"encoding/json"
	"errors"
	"fmt"

	"ferry/ftp"
	"ferry/internal/config"
)

// The requests to a keeper behind a broker.
const (
	opReady    = "ready"
	opAsk      = "ask"
	opLogin    = "login"
	opSettings = "settings"
)

// request is what the unprivileged process asks.
type request struct {
	Op string `json:"op"`
	// Name is that of opAsk and opSettings.
	Name string `json:"name,omitempty"`
	// Credentials are those of opLogin.
	Credentials Credentials `json:"credentials,omitzero"`
}

// answer is what the privileged process says to it.
type answer struct {
	Grant    *Grant           `json:"grant,omitempty"`
	Settings *config.Settings `json:"settings,omitempty"`
	Refusal  *refusal         `json:"refusal,omitempty"`
}

// refusal is an error on its way between two processes: what is said to the
// peer, if it has words of its own, and what is said to the log.
type refusal struct {
	Code  ftp.Code `json:"code,omitempty"`
	Lines []string `json:"lines,omitempty"`
	Log   string   `json:"log,omitempty"`
}

// refusalOf makes a refusal of an error.
func refusalOf(err error) *refusal {
	if e, ok := errors.AsType[*ftp.Error](err); ok {
		r := &refusal{Code: e.Reply.Code, Lines: e.Reply.Lines}
		if e.Cause != nil {
			r.Log = e.Cause.Error()
		}
		return r
	}
	return &refusal{Log: err.Error()}
}

// err is the error again, without its kind.
func (r *refusal) err() error {
	cause := errors.New(r.Log)
	if r.Code == 0 {
		return cause
	}
	if r.Log == "" {
		cause = nil
	}
	return &ftp.Error{Reply: ftp.Reply{Code: r.Code, Lines: r.Lines}, Cause: cause}
}

func encode(a answer) ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("answer of the keeper: %w", err)
	}
	return text, nil
}

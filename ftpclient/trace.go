package ftpclient

import "context"

type traceKey struct{}

// WithTrace gives a context with which a call tells t what happens, besides
// Config.Trace: the progress of one file among several on one Pool, say. A Trace
// of the context is told no more.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// traces are those to tell of a call: that of the connections and its own. Either
// may be nil.
func traces(ctx context.Context, shared *Trace) [2]*Trace {
	own, _ := ctx.Value(traceKey{}).(*Trace)
	return [2]*Trace{shared, own}
}

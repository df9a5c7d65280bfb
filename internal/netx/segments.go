package netx

// Segments is how the system cuts what is sent on a connection.
type Segments uint8

// The ways of cutting.
const (
	// SegmentsAtOnce sends what is written at once (TCP_NODELAY): every connection begins so.
	SegmentsAtOnce Segments = iota
	// SegmentsJoined has what does not fill a segment wait while something is under way, for more
	// to come (RFC 9293 §3.7.4).
	SegmentsJoined
	// SegmentsFull sends nothing else than full segments, or what has waited for 200 ms
	// (TCP_CORK of tcp(7)), and what is left by Close.
	SegmentsFull
)

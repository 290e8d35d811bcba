package api

// Routes are all routes that the router knows, for the tests.
func (s *Server) Routes() (out []string) {
	for _, op := range s.ops {
		out = append(out, op.method+" "+op.path)
	}
	return out
}

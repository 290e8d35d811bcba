//go:build linux

package main

import (
	"cmp"
	"slices"
	"time"
)

// sample is what one run of one measurement gave.
type sample struct {
	took   []time.Duration // of each request
	length time.Duration
	// server and load are the processor time that a request took there; 0 where nobody looked.
	server, load time.Duration
}

func (s *sample) rate() float64 { return float64(len(s.took)) / s.length.Seconds() }

// percentile is the time within which the given part of the requests was answered.
func (s *sample) percentile(p float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	if !slices.IsSorted(s.took) {
		slices.Sort(s.took)
	}
	return s.took[min(int(p*float64(len(s.took))), len(s.took)-1)]
}

// series are the runs of one measurement.
type series []*sample

func (s series) each(f func(*sample) float64) []float64 {
	out := make([]float64, len(s))
	for i, x := range s {
		out[i] = f(x)
	}
	return out
}

func (s series) rates() []float64 { return s.each((*sample).rate) }

func (s series) percentile(p float64) []float64 {
	return s.each(func(x *sample) float64 { return float64(x.percentile(p)) })
}

// median of values, which it leaves as they are; 0 of none.
func median[T cmp.Ordered](values []T) T {
	var zero T
	if len(values) == 0 {
		return zero
	}
	v := slices.Sorted(slices.Values(values))
	return v[len(v)/2]
}

// ratios compares run by run, so that a slow minute of the machine counts on both sides.
func ratios(a, b []float64) []float64 {
	out := make([]float64, 0, len(a))
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			out = append(out, a[i]/b[i])
		}
	}
	return out
}

package store

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"stint"
)

func zzCPU() time.Duration {
	var r unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func zzReport(b *testing.B, start time.Duration) {
	b.ReportMetric(float64(zzCPU()-start)/float64(b.N), "cpu-ns/op")
}

const zzTenant = "tnt_000000000000000000000000"

func zzOpen(b *testing.B) *DB {
	db, err := Open(context.Background(), "../../.tmp/bench/filled_10000.db", Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func BenchmarkZZAuth(b *testing.B) {
	db := zzOpen(b)
	h := stint.HashSecret(stint.TokenPrefix + "0000000000000000000000000000000000000000000")
	b.ReportAllocs()
	start := zzCPU()
	defer func() { zzReport(b, start) }()
	for b.Loop() {
		if _, err := db.Authenticate(context.Background(), h, zzTenant); err != nil {
			b.Fatal(err)
		}
	}
}

func zzIDs(b *testing.B, db *DB) (ids []string, recs []*stint.TimeEntry) {
	_ = db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error {
		return TimeEntries.List(tx, ListQuery{Limit: 1000}, func(r *stint.TimeEntry, _ []any) error { ids = append(ids, r.ID); recs = append(recs, r); return nil })
	})
	return
}

func BenchmarkZZGet(b *testing.B) {
	db := zzOpen(b)
	ids, _ := zzIDs(b, db)
	b.ReportAllocs()
	start := zzCPU()
	defer func() { zzReport(b, start) }()
	i := 0
	for b.Loop() {
		i++
		err := db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error { _, err := TimeEntries.Get(tx, ids[i%1000]); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkZZList51(b *testing.B) {
	db := zzOpen(b)
	b.ReportAllocs()
	start := zzCPU()
	defer func() { zzReport(b, start) }()
	for b.Loop() {
		err := db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error {
			return TimeEntries.List(tx, ListQuery{Limit: 51}, func(r *stint.TimeEntry, _ []any) error { return nil })
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkZZByIDs10(b *testing.B) { zzBy(b, 10) }
func BenchmarkZZByIDs32(b *testing.B) { zzBy(b, 32) }

func zzBy(b *testing.B, n int) {
	db := zzOpen(b)
	var ids []string
	_ = db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error {
		all, err := Projects.Ordered(tx, OrderScope{})
		for _, p := range all[:n] {
			ids = append(ids, p.ID)
		}
		return err
	})
	b.ReportAllocs()
	start := zzCPU()
	defer func() { zzReport(b, start) }()
	for b.Loop() {
		err := db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error { _, err := Projects.ByIDs(tx, ids); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkZZInsert(b *testing.B) {
	src, _ := os.ReadFile("../../.tmp/bench/filled_10000.db")
	path := filepath.Join(b.TempDir(), "x.db")
	_ = os.WriteFile(path, src, 0o600)
	db, err := Open(context.Background(), path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var projects []*stint.Project
	_ = db.View(context.Background(), Scope{Tenant: zzTenant}, func(tx *Tx) error {
		projects, err = Projects.Ordered(tx, OrderScope{})
		return err
	})
	b.ReportAllocs()
	b.SetParallelism(64)
	start := zzCPU()
	b.ResetTimer()
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			text, source, reference := "Implemented authentication flow.", "JIRA", "PROJ-123"
			err := db.Do(context.Background(), Scope{Tenant: zzTenant, User: "usr_000000000000000000000000", Token: "tok_000000000000000000000000", RequestID: "req_000000000000000000000000"}, func(tx *Tx) error {
				TimeEntries.Insert(tx, &stint.TimeEntry{ID: tx.NewID("tsh"), Project: projects[i%50].ID, User: "usr_000000000000000000000000", Date: "2026-05-31", DurationSeconds: 3600, Description: &text, ReferenceSource: &source, ReferenceID: &reference, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}, nil)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	zzReport(b, start)
	st := db.Stats()
	b.ReportMetric(float64(st.Transactions)/float64(st.Commits), "per-commit")
}

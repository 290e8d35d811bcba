package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"stint"
)

// pgReads sends small reads of many requests together, as the one writer of
// SQLite commits together: a read by key costs PostgreSQL less than the round
// trip around it. While the readers wait for an answer the next reads gather,
// and nothing waits that could be sent.
type pgReads struct {
	e    *postgres
	jobs chan *pgRead // without a buffer: a job that was taken is ended
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// pgRead is what one session wants to read at once.
type pgRead struct {
	tenant     string
	statements []statement
	begun      bool // a row was read
	err        error
	done       chan struct{}
}

const (
	// pgReaders is how many pipelines are under way at a time: enough to keep a
	// PostgreSQL busy that is a network away.
	pgReaders = 3
	// readsTogether bounds what waits for one answer.
	readsTogether = 32
)

func (e *postgres) startReads() *pgReads {
	r := &pgReads{e: e, jobs: make(chan *pgRead), quit: make(chan struct{})}
	for range pgReaders {
		r.wg.Go(r.run)
	}
	return r
}

func (r *pgReads) close() {
	r.once.Do(func() { close(r.quit) })
	r.wg.Wait()
}

// read answers when all of the job was read. The readers end it in time
// whatever becomes of its request, whose variables they fill.
func (r *pgReads) read(ctx context.Context, tenant string, statements []statement) error {
	job := &pgRead{tenant: tenant, statements: statements, done: make(chan struct{})}
	select {
	case r.jobs <- job:
		<-job.done
		return job.err
	case <-ctx.Done():
		return ctx.Err()
	case <-r.quit:
		return errClosing
	}
}

func (r *pgReads) run() {
	buf := make([]*pgRead, 0, readsTogether)
	for {
		jobs := buf[:0]
		select {
		case job := <-r.jobs:
			jobs = append(jobs, job)
		case <-r.quit:
			return
		}
		for more := true; more && len(jobs) < readsTogether; {
			select {
			case job := <-r.jobs:
				jobs = append(jobs, job)
			default:
				more = false
			}
		}
		// Those of one tenant follow each other; the first are in none, and then none is set.
		slices.SortStableFunc(jobs, func(a, b *pgRead) int { return cmp.Compare(a.tenant, b.tenant) })
		for len(jobs) > 0 {
			jobs = jobs[r.together(jobs):]
		}
	}
}

// together runs jobs in one pipeline and answers how many of them it ended, at
// least one. After an error PostgreSQL runs nothing more of a pipeline, and pgx
// nothing at all when it is in the text of a statement: the job whose turn it
// was runs again by itself, to see whether the error is its own.
func (r *pgReads) together(jobs []*pgRead) (ended int) {
	err := r.e.bounded(context.Background(), func(ctx context.Context) error {
		return r.e.with(ctx, func(conn *pgx.Conn) (err error) {
			ended, err = readTogether(ctx, conn, jobs)
			return err
		})
	})
	if err == nil || ended == len(jobs) {
		return ended // what comes after the last row is nobody's
	}
	failed := jobs[ended : ended+1]
	if e, ok := errors.AsType[*stint.Error](err); ok && e.Kind == stint.Unavailable {
		failed = jobs[ended:] // the others would wait as long for the same
	} else if len(jobs) > 1 && !failed[0].begun {
		return ended + r.together(failed)
	}
	for _, job := range failed {
		job.err = err
		close(job.done)
	}
	return ended + len(failed)
}

// readTogether answers how many jobs were read whole, and ended.
func readTogether(ctx context.Context, conn *pgx.Conn, jobs []*pgRead) (ended int, err error) {
	var b pgx.Batch
	tenant := ""
	for _, job := range jobs {
		if job.tenant != tenant {
			b.Queue(setTenant, job.tenant)
			tenant = job.tenant
		}
		for i := range job.statements {
			b.Queue(job.statements[i].sql, job.statements[i].args...)
		}
	}
	res := conn.SendBatch(ctx, &b)
	defer func() {
		if cerr := res.Close(); err == nil {
			err = postgresError(cerr)
		}
	}()
	tenant = ""
	for _, job := range jobs {
		if job.tenant != tenant {
			if _, err := res.Exec(); err != nil {
				return ended, postgresError(err)
			}
			tenant = job.tenant
		}
		err := guarded(func() error {
			for i := range job.statements {
				each := job.statements[i].each
				err := readRows(res, func(scan scan) error {
					job.begun = true
					return each(scan)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return ended, err
		}
		close(job.done)
		ended++
	}
	return ended, nil
}

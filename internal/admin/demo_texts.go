package admin

// What the demo's people write into their time entries.

// demoMeetings are entries without an issue.
var demoMeetings = []string{
	"Weekly planning with the client", "Stand-up and coordination", "Demo of the sprint's results", "Retrospective",
	"Refinement of the next stories", "Call about priorities", "Questions of the client's support team", "Pair review of open pull requests",
	"Estimates for the next phase", "Onboarding of a client's developer", "Status report", "Workshop about edge cases",
}

// demoSteps are what is done on an issue, first, second and so on.
var demoSteps = [][]string{
	{"Looked into %s", "Designed %s", "Started on %s", "Implemented %s", "Wrote down how to do %s"},
	{"Implemented %s", "Continued with %s", "Tests for %s", "First version of %s"},
	{"Continued with %s", "Edge cases of %s", "More tests for %s", "Measured and simplified %s"},
}

// demoLastSteps end an issue that took several days.
var demoLastSteps = []string{"Finished %s", "Review notes on %s", "Released %s", "Documented %s", "Fixed and merged %s"}

// demoSubjects are what issues are about, by the kind of the project.
var demoSubjects = map[string][]string{
	"backend": {
		"the retry of failed callbacks", "paging of long lists", "idempotent requests", "the migration of old records", "validation of incoming messages",
		"the audit trail", "rate limits for partners", "the nightly clean-up", "search by reference number", "the import of price lists",
		"rounding in totals", "time zones in schedules", "bulk updates", "locking of concurrent edits", "the export to CSV", "signed links",
		"the outbox for events", "caching of master data", "error messages of the API", "the authentication flow",
	},
	"frontend": {
		"keyboard operation of the table", "the filter bar", "loading states", "the form for new orders", "the calendar view", "drag and drop of rows",
		"error messages in forms", "the print view", "translations", "the layout on small screens", "colours for colour-blind users", "the start page",
		"undo after deletion", "the detail page", "saved searches", "notifications", "the map", "accessible labels", "the upload of attachments", "charts of the last weeks",
	},
	"data": {
		"the nightly load", "checks for missing rows", "duplicates in the source", "the model of visits", "late arriving data", "the dashboard's queries",
		"partitions by month", "the catalogue of columns", "masking of personal data", "the backfill of last year", "units in measurements",
		"alerts on stale tables", "the report for the board", "sampling of messages", "the parser for schedules", "reconciliation with finance",
	},
	"ops": {
		"the upgrade of PostgreSQL", "restoring a backup as an exercise", "certificates", "alerts that nobody reads", "disk space of the log host",
		"the load balancer's health checks", "the deployment script", "patches of the base images", "firewall rules", "the runbook", "metrics of the queue",
		"DNS for the new hosts", "a slow query", "memory of the worker", "the move of the cron jobs", "access for the new colleagues",
	},
	"security": {
		"the review of sign-in", "permissions of the roles", "dependencies with known flaws", "headers and cookies", "secrets in configuration",
		"the test of file uploads", "logging of access", "the threat model", "session lifetime", "the report",
	},
}

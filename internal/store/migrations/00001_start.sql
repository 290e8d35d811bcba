-- The tables of the Contracting API. Dialect tokens are explained in migrate_text.go.
-- Every key of a tenant's table starts with tenant_id: the database itself
-- refuses a reference into another tenant, and can be sharded by tenant.

-- +goose Up

-- Global tables: what is not inside one tenant.

CREATE TABLE tenants (
	id          {{text}} NOT NULL PRIMARY KEY,
	name        {{text}} NOT NULL,
	name_fold   {{text}} NOT NULL,
	description {{text}},
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	version     BIGINT NOT NULL
);

CREATE TABLE users (
	id         {{text}} NOT NULL PRIMARY KEY,
	name       {{text}},
	email      {{text}},
	email_fold {{text}},
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email_fold ON users (email_fold) WHERE email_fold IS NOT NULL;

CREATE TABLE memberships (
	tenant_id  {{text}} NOT NULL REFERENCES tenants (id),
	user_id    {{text}} NOT NULL REFERENCES users (id),
	role       {{text}} NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id, tenant_id);

-- Only the SHA-256 of a token's secret is here, in hex. scopes and tenants are
-- lists with commas; empty is no limit.
CREATE TABLE tokens (
	id           {{text}} NOT NULL PRIMARY KEY,
	user_id      {{text}} NOT NULL REFERENCES users (id),
	name         {{text}} NOT NULL,
	hash         {{text}} NOT NULL UNIQUE,
	hint         {{text}} NOT NULL,
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT,
	last_used_at BIGINT,
	scopes       {{text}} NOT NULL,
	tenants      {{text}} NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id, id);

-- Secrets and switches of the installation, such as the key that signs links.
CREATE TABLE settings (
	name  {{text}} NOT NULL PRIMARY KEY,
	value {{text}} NOT NULL
);

-- Kept answers of requests outside any tenant; scope is the user.
CREATE TABLE user_idempotency_keys (
	user_id     {{text}} NOT NULL REFERENCES users (id),
	route       {{text}} NOT NULL,
	key         {{text}} NOT NULL,
	body_hash   {{text}} NOT NULL,
	status      BIGINT NOT NULL,
	location    {{text}} NOT NULL,
	etag        {{text}} NOT NULL,
	body        {{text}} NOT NULL,
	secret_of   {{text}},
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (user_id, route, key)
);

-- Changes of what is in no tenant: users, memberships and tokens. Insert only.
CREATE TABLE user_events (
	user_id     {{text}} NOT NULL REFERENCES users (id),
	id          {{text}} NOT NULL,
	at          BIGINT NOT NULL,
	by_user     {{text}} NOT NULL,
	token_id    {{text}} NOT NULL,
	request_id  {{text}} NOT NULL,
	type        {{text}} NOT NULL,
	resource_id {{text}} NOT NULL,
	PRIMARY KEY (user_id, id)
);

-- Tenant tables.

CREATE TABLE clients (
	tenant_id    {{text}} NOT NULL REFERENCES tenants (id),
	id           {{text}} NOT NULL,
	name         {{text}} NOT NULL,
	name_fold    {{text}} NOT NULL,
	description  {{text}},
	sort_order   BIGINT,
	external_key {{text}},
	archived_at  BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id)
) {{clustered}};
CREATE UNIQUE INDEX clients_external_key ON clients (tenant_id, external_key) WHERE external_key IS NOT NULL;

CREATE TABLE contacts (
	tenant_id  {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	client_id  {{text}} NOT NULL,
	name       {{text}} NOT NULL,
	name_fold  {{text}} NOT NULL,
	is_default BOOLEAN NOT NULL,
	salutation {{text}},
	sort_order BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
) {{clustered}};
CREATE INDEX contacts_client ON contacts (tenant_id, client_id, id);
CREATE UNIQUE INDEX contacts_client_id ON contacts (tenant_id, client_id) WHERE is_default;

CREATE TABLE emails (
	tenant_id  {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	contact_id {{text}} NOT NULL,
	address    {{text}} NOT NULL,
	sort_order BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
) {{clustered}};
CREATE INDEX emails_contact ON emails (tenant_id, contact_id, id);

CREATE TABLE addresses (
	tenant_id  {{text}} NOT NULL,
	id         {{text}} NOT NULL,
	contact_id {{text}} NOT NULL,
	address1   {{text}} NOT NULL,
	address2   {{text}} NOT NULL,
	region     {{text}} NOT NULL,
	country    {{text}} NOT NULL,
	city       {{text}} NOT NULL,
	zip        {{text}} NOT NULL,
	sort_order BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
) {{clustered}};
CREATE INDEX addresses_contact ON addresses (tenant_id, contact_id, id);

CREATE TABLE contracts (
	tenant_id     {{text}} NOT NULL,
	id            {{text}} NOT NULL,
	client_id     {{text}} NOT NULL,
	name          {{text}} NOT NULL,
	name_fold     {{text}} NOT NULL,
	amount_minor  BIGINT NOT NULL,
	currency_code {{text}} NOT NULL,
	description   {{text}},
	sort_order    BIGINT,
	valid_from    BIGINT,
	valid_to      BIGINT,
	external_key  {{text}},
	archived_at   BIGINT,
	created_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL,
	version       BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
) {{clustered}};
CREATE INDEX contracts_client ON contracts (tenant_id, client_id, id);
CREATE UNIQUE INDEX contracts_external_key ON contracts (tenant_id, external_key) WHERE external_key IS NOT NULL;

CREATE TABLE projects (
	tenant_id    {{text}} NOT NULL,
	id           {{text}} NOT NULL,
	contract_id  {{text}} NOT NULL,
	name         {{text}} NOT NULL,
	name_fold    {{text}} NOT NULL,
	description  {{text}},
	sort_order   BIGINT,
	external_key {{text}},
	archived_at  BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
) {{clustered}};
CREATE INDEX projects_contract ON projects (tenant_id, contract_id, id);
CREATE UNIQUE INDEX projects_external_key ON projects (tenant_id, external_key) WHERE external_key IS NOT NULL;

-- amount_sent: the caller set amount_minor; otherwise it is the sum of the lines.
-- invoice_number holds the placeholder while number_assigned is false.
CREATE TABLE invoices (
	tenant_id       {{text}} NOT NULL,
	id              {{text}} NOT NULL,
	contract_id     {{text}} NOT NULL,
	status          {{text}} NOT NULL,
	invoice_number  {{text}} NOT NULL,
	number_assigned BOOLEAN NOT NULL,
	exchange_rate   {{text}} NOT NULL,
	currency_code   {{text}} NOT NULL,
	amount_minor    BIGINT NOT NULL,
	amount_sent     BOOLEAN NOT NULL,
	issued_at       BIGINT,
	due_at          BIGINT,
	paid_at         BIGINT,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	version         BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
) {{clustered}};
CREATE INDEX invoices_contract ON invoices (tenant_id, contract_id, id);
CREATE UNIQUE INDEX invoices_invoice_number ON invoices (tenant_id, invoice_number);

CREATE TABLE billables (
	tenant_id      {{text}} NOT NULL,
	id             {{text}} NOT NULL,
	invoice_id     {{text}} NOT NULL,
	description    {{text}} NOT NULL,
	quantity       {{text}} NOT NULL,
	amount_minor   BIGINT NOT NULL,
	currency_code  {{text}} NOT NULL,
	reference_type {{text}},
	reference_id   {{text}},
	metadata       {{text}},
	sort_order     BIGINT,
	created_at     BIGINT NOT NULL,
	updated_at     BIGINT NOT NULL,
	version        BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) {{clustered}};
CREATE INDEX billables_invoice ON billables (tenant_id, invoice_id, id);

-- user_id has no foreign key: an entry outlives its author's membership.
CREATE TABLE time_entries (
	tenant_id        {{text}} NOT NULL,
	id               {{text}} NOT NULL,
	project_id       {{text}} NOT NULL,
	billable_id      {{text}},
	user_id          {{text}} NOT NULL,
	day              {{text}} NOT NULL,
	duration_seconds BIGINT NOT NULL,
	description      {{text}},
	reference_source {{text}},
	reference_id     {{text}},
	external_key     {{text}},
	created_at       BIGINT NOT NULL,
	updated_at       BIGINT NOT NULL,
	version          BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
	FOREIGN KEY (tenant_id, billable_id) REFERENCES billables (tenant_id, id)
) {{clustered}};
CREATE INDEX time_entries_day ON time_entries (tenant_id, day, id);
CREATE INDEX time_entries_project ON time_entries (tenant_id, project_id, day, id);
CREATE INDEX time_entries_billable ON time_entries (tenant_id, billable_id, day, id) WHERE billable_id IS NOT NULL;
CREATE INDEX time_entries_updated ON time_entries (tenant_id, updated_at, id);
CREATE INDEX time_entries_reference ON time_entries (tenant_id, reference_id, id) WHERE reference_id IS NOT NULL;
CREATE UNIQUE INDEX time_entries_external_key ON time_entries (tenant_id, external_key) WHERE external_key IS NOT NULL;

-- One row per change, written in the change's transaction. Insert only.
-- No foreign key to tenants: all writers of a tenant would lock its one row.
CREATE TABLE events (
	tenant_id   {{text}} NOT NULL,
	id          {{text}} NOT NULL,
	at          BIGINT NOT NULL,
	user_id     {{text}} NOT NULL,
	token_id    {{text}} NOT NULL,
	request_id  {{text}} NOT NULL,
	type        {{text}} NOT NULL,
	resource_id {{text}} NOT NULL,
	version     BIGINT NOT NULL,
	changed     {{text}} NOT NULL,
	PRIMARY KEY (tenant_id, id)
) {{clustered}};

CREATE TABLE idempotency_keys (
	tenant_id   {{text}} NOT NULL,
	user_id     {{text}} NOT NULL,
	route       {{text}} NOT NULL,
	key         {{text}} NOT NULL,
	body_hash   {{text}} NOT NULL,
	status      BIGINT NOT NULL,
	location    {{text}} NOT NULL,
	etag        {{text}} NOT NULL,
	body        {{text}} NOT NULL,
	secret_of   {{text}},
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, route, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (tenant_id, created_at);

-- only postgres

-- The second wall: a statement without a tenant sees nothing, whoever wrote it.
{{rls clients contacts emails addresses contracts projects invoices billables time_entries events idempotency_keys}}

-- The role the server works as: it owns nothing and cannot bypass the wall.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {{schema}} TO {{role}};
REVOKE UPDATE, DELETE ON events, user_events FROM {{role}};

-- end

-- What tokens may be used for, and since when members are what they are.

-- +goose Up

-- scopes and tenants are lists with commas; empty is no limit.
ALTER TABLE tokens ADD COLUMN scopes {{text}} NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN tenants {{text}} NOT NULL DEFAULT '';

ALTER TABLE memberships ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE memberships ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

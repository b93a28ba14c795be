-- teammig:
--   revision: 3b9e52c07d14
--   message: The ledger, one row per applied revision
--   created: 2026-11-22T13:30:00Z

-- migrate:up
CREATE TABLE teammig_ledger (
    -- The order applied. Counted by the writer (highest + 1), not by a
    -- sequence: a sequence does not survive logical replication.
    seq             bigint      NOT NULL UNIQUE,
    revision        text        NOT NULL PRIMARY KEY,
    parents         text[]      NOT NULL,
    depends_on      text[]      NOT NULL,
    message         text        NOT NULL,
    -- 64 hex digits.
    checksum        text        NOT NULL,
    -- applied; running (up) and reverting (down) only outside of a transaction.
    state           text        NOT NULL CHECK (state IN ('applied', 'running', 'reverting')),
    -- Of a running or reverting script: statements that finished for certain,
    -- and whether the next one was sent and its end is not known.
    statements_done integer     NOT NULL DEFAULT 0,
    uncertain       boolean     NOT NULL DEFAULT false,
    -- The scripts, and the options after their markers (transaction:false).
    up              text        NOT NULL,
    up_options      text        NOT NULL DEFAULT '',
    down            text,
    down_options    text        NOT NULL DEFAULT '',
    applied_at      timestamptz NOT NULL,
    applied_by      text        NOT NULL,
    git_commit      text,
    git_branch      text,
    duration_ms     bigint      NOT NULL,
    tool_version    text        NOT NULL,
    -- The version of this table that the row was written for.
    ledger_version  integer     NOT NULL DEFAULT 1
);

-- migrate:down
DROP TABLE teammig_ledger;

-- teammig:
--   revision: ledger_1
--   message: The ledger, which records the applied revisions with their scripts
--   created: 2026-11-22T00:00:00Z

-- migrate:up
CREATE TABLE teammig_ledger (
  seq             INTEGER PRIMARY KEY,           -- the order applied
  ledger_version  INTEGER NOT NULL DEFAULT 1,    -- the version of this table that the row was written for
  revision        TEXT NOT NULL UNIQUE,
  parents         TEXT NOT NULL,                 -- JSON array of ids
  depends_on      TEXT NOT NULL,                 -- JSON array of ids
  message         TEXT NOT NULL,
  checksum        TEXT NOT NULL,                 -- SHA-256 of the tokens of both scripts
  up              TEXT NOT NULL,
  up_options      TEXT NOT NULL,                 -- as after -- migrate:up
  down            TEXT,                          -- NULL: there is no way back
  down_options    TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('applied', 'running', 'reverting')),
  statements_done INTEGER NOT NULL,              -- of a script outside a transaction
  uncertain       INTEGER NOT NULL,              -- 1: the next statement had been sent
  applied_at      TEXT NOT NULL,                 -- RFC 3339, UTC
  applied_by      TEXT NOT NULL,
  git_commit      TEXT,
  git_branch      TEXT,
  duration_ms     INTEGER NOT NULL,
  tool_version    TEXT NOT NULL
);

-- migrate:down
DROP TABLE teammig_ledger;

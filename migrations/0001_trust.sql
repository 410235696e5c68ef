-- The trust core: instance, ledger, accounts, roles, grants, sessions.
-- Tokens are explained in crates/trust/src/store/migrate.rs.

CREATE TABLE instance (
    id {bytes} PRIMARY KEY,
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at {int} NOT NULL,
    checkpoint_key TEXT NOT NULL,
    {sealed}
) {strict};

CREATE TABLE ledger_entry (
    lane {int} NOT NULL,
    sequence {int} NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (lane, sequence)
) {strict};
{append_only ledger_entry}

CREATE TABLE ledger_head (
    lane {int} PRIMARY KEY,
    epoch {int} NOT NULL,
    size {int} NOT NULL,
    frontier {bytes} NOT NULL,
    last_at {int} NOT NULL
) {strict};

CREATE TABLE ledger_sum (
    lane {int} NOT NULL,
    tbl TEXT NOT NULL,
    bucket {int} NOT NULL,
    total {bytes} NOT NULL,
    PRIMARY KEY (lane, tbl, bucket)
) {strict};

CREATE TABLE ledger_checkpoint (
    lane {int} NOT NULL,
    size {int} NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (lane, size)
) {strict};
{append_only ledger_checkpoint}

CREATE TABLE account (
    id {int} PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    subject {int} NOT NULL,
    sign_in_index {bytes} NOT NULL UNIQUE,
    sign_in_name {bytes} NOT NULL,
    display_name {bytes} NOT NULL,
    password_hash TEXT,
    code_hash {bytes},
    code_until {int},
    device_class TEXT NOT NULL CHECK (device_class IN ('shared', 'personal', 'admin')),
    terms_version {int},
    terms_at {int},
    {sealed}
) {strict};

CREATE TABLE role (
    id {int} PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    permissions TEXT NOT NULL,
    {sealed}
) {strict};

CREATE TABLE role_grant (
    id {int} PRIMARY KEY,
    account {int} NOT NULL REFERENCES account (id),
    role {int} NOT NULL REFERENCES role (id),
    scope_kind TEXT NOT NULL CHECK (scope_kind IN ('all', 'site', 'ward', 'team')),
    scope_id {int},
    granted_by {int} NOT NULL,
    reason TEXT NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int},
    {sealed},
    UNIQUE (account, role, scope_kind, scope_id)
) {strict};
CREATE INDEX role_grant_account ON role_grant (account);

CREATE TABLE session (
    id {int} PRIMARY KEY,
    token_hash {bytes} NOT NULL UNIQUE,
    account {int} NOT NULL REFERENCES account (id),
    device_class TEXT NOT NULL CHECK (device_class IN ('shared', 'personal', 'admin')),
    started_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    proved_at {int},
    ended_at {int},
    ended_because TEXT,
    {sealed}
) {strict};
CREATE INDEX session_open ON session (account) WHERE ended_at IS NULL;

CREATE TABLE sign_in_failure (
    bucket {bytes} PRIMARY KEY,
    failures {int} NOT NULL,
    last_at {int} NOT NULL,
    wait_until {int} NOT NULL,
    {sealed}
) {strict};

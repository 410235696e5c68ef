-- Tasking: places and walks, people and shifts, kinds of work, tasks, offers, steps.
-- Tokens are explained in crates/trust/src/store/migrate.rs.

CREATE TABLE site (
    id {int} PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    {sealed}
) {strict};

CREATE TABLE location (
    id {int} PRIMARY KEY,
    site {int} NOT NULL REFERENCES site (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    building TEXT NOT NULL,
    floor TEXT NOT NULL,
    level {int} NOT NULL,
    kind TEXT NOT NULL,
    extension TEXT,
    active {int} NOT NULL,
    {sealed}
) {strict};

CREATE TABLE walk (
    id {int} PRIMARY KEY,
    from_place {int} NOT NULL REFERENCES location (id),
    to_place {int} NOT NULL REFERENCES location (id),
    seconds {int} NOT NULL CHECK (seconds > 0),
    way TEXT NOT NULL,
    one_way {int} NOT NULL,
    {sealed},
    UNIQUE (from_place, to_place, way)
) {strict};

CREATE TABLE team (
    id {int} PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    base {int} REFERENCES location (id),
    {sealed}
) {strict};

CREATE TABLE task_type (
    id {int} PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    team {int} NOT NULL REFERENCES team (id),
    spec TEXT NOT NULL,
    active {int} NOT NULL,
    {sealed}
) {strict};

CREATE TABLE worker (
    id {int} PRIMARY KEY,
    account {int} UNIQUE REFERENCES account (id),
    subject {int} NOT NULL,
    staff_index {bytes} NOT NULL UNIQUE,
    staff_number {bytes} NOT NULL,
    name {bytes} NOT NULL,
    team {int} NOT NULL REFERENCES team (id),
    skills TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    {sealed}
) {strict};

CREATE TABLE shift (
    id {int} PRIMARY KEY,
    worker {int} NOT NULL REFERENCES worker (id),
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL CHECK (ends_at > starts_at),
    breaks TEXT NOT NULL,
    {sealed},
    UNIQUE (worker, starts_at)
) {strict};
CREATE INDEX shift_time ON shift (starts_at, ends_at);

CREATE TABLE patient (
    id {int} PRIMARY KEY,
    subject {int} NOT NULL,
    name {bytes} NOT NULL,
    {sealed}
) {strict};

CREATE TABLE task (
    id {int} PRIMARY KEY,
    kind {int} NOT NULL REFERENCES task_type (id),
    team {int} NOT NULL REFERENCES team (id),
    priority TEXT NOT NULL,
    state TEXT NOT NULL,
    is_over {int} NOT NULL,
    from_place {int} NOT NULL REFERENCES location (id),
    to_place {int} REFERENCES location (id),
    asked_by {int} NOT NULL,
    asked_at {int} NOT NULL,
    changed_at {int} NOT NULL,
    handler {int} REFERENCES worker (id),
    detail TEXT NOT NULL,
    {sealed}
) {strict};
CREATE INDEX task_open ON task (is_over, changed_at);
CREATE INDEX task_handler ON task (handler, changed_at);
CREATE INDEX task_asked ON task (asked_at);

CREATE TABLE offer (
    id {int} PRIMARY KEY,
    task {int} NOT NULL REFERENCES task (id),
    worker {int} NOT NULL REFERENCES worker (id),
    made_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    made_by {int} NOT NULL,
    why TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at {int},
    {sealed}
) {strict};
CREATE INDEX offer_task ON offer (task);

CREATE TABLE task_step (
    id {int} PRIMARY KEY,
    task {int} NOT NULL REFERENCES task (id),
    at {int} NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    actor {int} NOT NULL,
    worker {int},
    reason TEXT,
    {sealed}
) {strict};
CREATE INDEX task_step_task ON task_step (task, id);

-- Setting up by pages: teams can be closed, and work from another system keeps its number there.
-- Tokens are explained in crates/trust/src/store/migrate.rs.

ALTER TABLE team ADD COLUMN closed_at {int};

ALTER TABLE task ADD COLUMN reference TEXT;
CREATE UNIQUE INDEX task_reference ON task (reference);

-- A phone without signal tells later what happened then.
ALTER TABLE task_step ADD COLUMN happened_at {int};

-- An import of several parts: what to put back should it not reach its end.
CREATE TABLE import_run (
    id {int} PRIMARY KEY,
    what TEXT NOT NULL,
    is_done {int} NOT NULL,
    {sealed}
) {strict};

CREATE TABLE import_part (
    id {int} PRIMARY KEY,
    run {int} NOT NULL REFERENCES import_run (id),
    undo TEXT NOT NULL,
    {sealed}
) {strict};
CREATE INDEX import_part_run ON import_part (run);

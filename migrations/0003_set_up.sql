-- Setting up by pages: teams can be closed, and work from another system keeps its number there.
-- Tokens are explained in crates/trust/src/store/migrate.rs.

ALTER TABLE team ADD COLUMN closed_at {int};

ALTER TABLE task ADD COLUMN reference TEXT;
CREATE UNIQUE INDEX task_reference ON task (reference);

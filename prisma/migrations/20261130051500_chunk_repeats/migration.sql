-- Whether a chunk repeats a step is asked of its steps: nothing reads `repeats` any more, and what writes chunks does not fill it. Some databases lost it with
-- the migration before.
ALTER TABLE metrics.chunk DROP COLUMN IF EXISTS repeats;

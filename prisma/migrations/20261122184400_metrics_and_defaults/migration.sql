-- Metric points live in a Postgres schema of their own, which Prisma does not look at, so that they may be partitioned.
CREATE SCHEMA metrics;

CREATE TABLE metrics.point (
    run_id text NOT NULL,
    name text NOT NULL,
    step integer NOT NULL,
    value double precision NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, name, step)
);

INSERT INTO "Project" (id, name) VALUES ('default', 'Default');

-- Cursors carry the epoch: a restored or pruned database gets a new one, and old cursors are refused.
INSERT INTO "StoreEpoch" (id, epoch) VALUES (1, substr(md5(random()::text || clock_timestamp()::text), 1, 12));

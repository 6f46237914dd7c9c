-- The metric store (ADR 0007): points as rows while they are few, as chunks once they are many, and a batch is claimed in the transaction that writes it.
ALTER TABLE metrics.point RENAME TO point_before;
ALTER INDEX metrics.point_pkey RENAME TO point_before_pkey;

CREATE TABLE metrics.series (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text NOT NULL,
    name text COLLATE "C" NOT NULL,
    UNIQUE (run_id, name)
);

-- One row a batch, whatever its size. `ordinal` counts a run's batches in commit order, `key` is the writer's name for it.
CREATE TABLE metrics.batch (
    run_id text NOT NULL,
    ordinal bigint NOT NULL,
    key text NOT NULL,
    segment integer NOT NULL,
    points integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, ordinal),
    UNIQUE (run_id, key)
);

-- Of the points of one step the one with the greatest (segment, batch) is current, the others stay.
CREATE TABLE metrics.point (
    series_id bigint NOT NULL,
    step integer NOT NULL,
    segment integer NOT NULL,
    batch bigint NOT NULL,
    value double precision NOT NULL,
    at timestamptz NOT NULL
) PARTITION BY HASH (series_id);
CREATE INDEX ON metrics.point (series_id, step);

-- Points of one series by (step, segment, batch). The columns are written and read by prisma/src/metrics/chunk-bytes.ts.
CREATE TABLE metrics.chunk (
    series_id bigint NOT NULL,
    from_step integer NOT NULL,
    to_step integer NOT NULL,
    points integer NOT NULL,
    non_finite integer NOT NULL,
    -- Whether some step has more than one point.
    repeats boolean NOT NULL,
    -- Over finite values, null where there is none.
    low double precision,
    high double precision,
    last double precision NOT NULL,
    last_segment integer NOT NULL,
    last_batch bigint NOT NULL,
    steps bytea NOT NULL,
    vals bytea NOT NULL,
    times bytea NOT NULL,
    batches bytea NOT NULL
) PARTITION BY HASH (series_id);
CREATE INDEX ON metrics.chunk (series_id, to_step);

-- Measured values do not compress by Postgres' means: trying costs more than it saves.
CREATE TABLE metrics.point_0 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE metrics.chunk_0 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 0);
ALTER TABLE metrics.chunk_0 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_1 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE metrics.chunk_1 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 1);
ALTER TABLE metrics.chunk_1 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_2 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE metrics.chunk_2 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 2);
ALTER TABLE metrics.chunk_2 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_3 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE metrics.chunk_3 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 3);
ALTER TABLE metrics.chunk_3 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_4 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE metrics.chunk_4 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 4);
ALTER TABLE metrics.chunk_4 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_5 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE metrics.chunk_5 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 5);
ALTER TABLE metrics.chunk_5 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_6 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE metrics.chunk_6 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 6);
ALTER TABLE metrics.chunk_6 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
CREATE TABLE metrics.point_7 PARTITION OF metrics.point FOR VALUES WITH (MODULUS 8, REMAINDER 7);
CREATE TABLE metrics.chunk_7 PARTITION OF metrics.chunk FOR VALUES WITH (MODULUS 8, REMAINDER 7);
ALTER TABLE metrics.chunk_7 ALTER steps SET STORAGE EXTERNAL, ALTER vals SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;

INSERT INTO metrics.series (run_id, name) SELECT DISTINCT run_id, name FROM metrics.point_before;
INSERT INTO metrics.batch (run_id, ordinal, key, segment, points)
    SELECT run_id, 1, 'before-0007', 0, count(*) FROM metrics.point_before GROUP BY run_id;
INSERT INTO metrics.point (series_id, step, segment, batch, value, at)
    SELECT s.id, p.step, 0, 1, p.value, p.recorded_at FROM metrics.point_before p JOIN metrics.series s USING (run_id, name);
DROP TABLE metrics.point_before;

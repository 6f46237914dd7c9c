-- The last point of each series, kept beside it: lists sort and filter thousands of runs by it. Not in metrics.series, whose rows compaction holds.
CREATE TABLE metrics.last_point (
    run_id text NOT NULL,
    name text COLLATE "C" NOT NULL,
    step integer NOT NULL,
    segment integer NOT NULL,
    batch bigint NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (run_id, name)
) WITH (fillfactor = 80);

INSERT INTO metrics.last_point (run_id, name, step, segment, batch, value)
    SELECT s.run_id, s.name, l.step, l.segment, l.batch, l.value FROM metrics.series s CROSS JOIN LATERAL (
        SELECT step, segment, batch, value FROM (
            (SELECT to_step AS step, last_segment AS segment, last_batch AS batch, last AS value FROM metrics.chunk WHERE series_id = s.id
                ORDER BY to_step DESC, last_segment DESC, last_batch DESC LIMIT 1)
            UNION ALL
            (SELECT step, segment, batch, value FROM metrics.point WHERE series_id = s.id ORDER BY step DESC, segment DESC, batch DESC LIMIT 1)
        ) e ORDER BY step DESC, segment DESC, batch DESC LIMIT 1) l;

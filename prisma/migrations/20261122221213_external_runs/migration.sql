-- Runs of trainings that Gradus does not run.
ALTER TABLE "Run" ADD COLUMN     "config" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "isExternal" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "name" TEXT,
ADD COLUMN     "parentRunId" TEXT,
ADD COLUMN     "segments" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tags" JSONB NOT NULL DEFAULT '{}';

-- A session is one process that writes to an external run. Each has a segment of its own, whenever what it wrote arrives.
CREATE TABLE metrics.session (
    run_id text NOT NULL,
    session text NOT NULL,
    segment integer NOT NULL,
    PRIMARY KEY (run_id, session)
);

-- What a number cannot say: texts, tables, histograms, logged under a name at a step.
CREATE TABLE metrics.sample (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text NOT NULL,
    name text COLLATE "C" NOT NULL,
    step integer NOT NULL,
    segment integer NOT NULL,
    batch bigint NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON metrics.sample (run_id, name, step, id);

-- AlterTable
ALTER TABLE "Experiment" ADD COLUMN     "streamPosition" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "ExperimentEvent" (
    "experimentId" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "globalPosition" BIGINT,

    CONSTRAINT "ExperimentEvent_pkey" PRIMARY KEY ("experimentId","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "ExperimentEvent_globalPosition_key" ON "ExperimentEvent"("globalPosition");

-- AddForeignKey
ALTER TABLE "ExperimentEvent" ADD CONSTRAINT "ExperimentEvent_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who follows an experiment that went on before it had events of its own must still hear of its end.
INSERT INTO "ExperimentEvent" ("experimentId", position, type, data, "createdAt")
    SELECT id, 1, 'EXPERIMENT_STATUS_CHANGED', jsonb_build_object('status', status, 'cause', cause), coalesce("finishedAt", now()) FROM "Experiment" WHERE status <> 'QUEUED';
UPDATE "Experiment" SET "streamPosition" = 1 WHERE status <> 'QUEUED';

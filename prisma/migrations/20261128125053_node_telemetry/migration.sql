-- CreateTable
CREATE TABLE "NodeTelemetry" (
    "nodeId" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "readings" DOUBLE PRECISION[],
    "absent" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "NodeTelemetry_pkey" PRIMARY KEY ("nodeId","at")
);

-- CreateIndex
CREATE INDEX "NodeTelemetry_at_idx" ON "NodeTelemetry"("at");

-- AddForeignKey
ALTER TABLE "NodeTelemetry" ADD CONSTRAINT "NodeTelemetry_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

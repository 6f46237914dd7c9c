-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "revision" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "StoreEpoch" ADD COLUMN     "nodeRevision" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Node_revision_idx" ON "Node"("revision");

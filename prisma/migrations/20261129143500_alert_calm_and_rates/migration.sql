-- AlterTable
ALTER TABLE "AlertRule" ADD COLUMN     "clearPoints" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "clearThreshold" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "Alert" ADD COLUMN     "calmPoints" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE UNLOGGED TABLE "RateLimit" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("key")
);

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "EnvironmentName" ADD VALUE 'PYTEST';
ALTER TYPE "EnvironmentName" ADD VALUE 'ANSWER';

-- AlterTable
ALTER TABLE "Group" ADD COLUMN     "prefix" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "Step" ADD COLUMN     "rounds" INTEGER NOT NULL DEFAULT 1;

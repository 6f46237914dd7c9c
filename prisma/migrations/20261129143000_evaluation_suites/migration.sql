-- CreateEnum
CREATE TYPE "EvaluationDomain" AS ENUM ('IN_DOMAIN', 'OUT_OF_DOMAIN');

-- AlterTable
ALTER TABLE "Evaluation" ADD COLUMN     "domain" "EvaluationDomain" NOT NULL DEFAULT 'IN_DOMAIN',
ADD COLUMN     "harnessHash" TEXT,
ADD COLUMN     "problemsHash" TEXT,
ADD COLUMN     "suite" TEXT,
ADD COLUMN     "topP" DOUBLE PRECISION NOT NULL DEFAULT 1,
ADD COLUMN     "windowFrom" TEXT,
ADD COLUMN     "windowTo" TEXT;

-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "drainingSince" TIMESTAMP(3);

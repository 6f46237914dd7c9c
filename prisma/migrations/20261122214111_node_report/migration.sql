-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "report" JSONB;

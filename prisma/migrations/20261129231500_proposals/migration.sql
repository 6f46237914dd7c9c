-- AlterEnum
ALTER TYPE "EnvironmentName" ADD VALUE 'PROPOSAL';

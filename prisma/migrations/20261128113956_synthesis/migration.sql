-- CreateEnum
CREATE TYPE "SynthesisStatus" AS ENUM ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "TurnRequest" AS ENUM ('FIRST', 'HARDER', 'EASIER', 'VARIANT', 'REPAIR');

-- CreateEnum
CREATE TYPE "TurnRejection" AS ENUM ('NO_REPLY', 'FORMAT', 'BANNED_CODE', 'TOO_LARGE', 'LEAKS_CODE', 'DOES_NOT_RUN', 'NOT_DETERMINISTIC', 'ONE_OUTPUT', 'UNMEASURED', 'NEVER_SOLVED', 'OUT_OF_BAND', 'CONTAMINATED', 'DUPLICATE', 'NEAR_DUPLICATE');

-- CreateEnum
CREATE TYPE "CallRole" AS ENUM ('TEACHER', 'STUDENT');

-- AlterEnum
ALTER TYPE "ScopeKind" ADD VALUE 'SYNTHESIS';

-- CreateTable
CREATE TABLE "Synthesis" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "SynthesisStatus" NOT NULL DEFAULT 'QUEUED',
    "specification" JSONB NOT NULL,
    "provenance" JSONB NOT NULL,
    "cause" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "problemSetId" TEXT,

    CONSTRAINT "Synthesis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SynthesisSeed" (
    "synthesisId" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "environment" "EnvironmentName" NOT NULL,
    "place" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "SynthesisSeed_pkey" PRIMARY KEY ("synthesisId","ordinal")
);

-- CreateTable
CREATE TABLE "SynthesisTurn" (
    "id" TEXT NOT NULL,
    "synthesisId" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "turn" INTEGER NOT NULL,
    "request" "TurnRequest" NOT NULL,
    "aim" TEXT NOT NULL,
    "written" JSONB,
    "outputs" JSONB,
    "rejection" "TurnRejection",
    "detail" TEXT,
    "duplicateOf" TEXT,
    "problemId" TEXT,
    "groupId" TEXT,
    "passes" INTEGER,
    "attempts" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SynthesisTurn_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ModelCall" (
    "id" TEXT NOT NULL,
    "synthesisId" TEXT NOT NULL,
    "role" "CallRole" NOT NULL,
    "subject" TEXT NOT NULL,
    "promptHash" TEXT NOT NULL,
    "requestHash" TEXT,
    "cached" BOOLEAN NOT NULL,
    "tries" INTEGER NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "cost" DOUBLE PRECISION NOT NULL,
    "failure" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelCall_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ModelReply" (
    "requestHash" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "text" TEXT NOT NULL,
    "reasoning" TEXT NOT NULL DEFAULT '',
    "finishReason" TEXT NOT NULL,
    "promptTokens" INTEGER,
    "completionTokens" INTEGER,
    "reasoningTokens" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelReply_pkey" PRIMARY KEY ("requestHash")
);

-- CreateIndex
CREATE INDEX "Synthesis_projectId_createdAt_idx" ON "Synthesis"("projectId", "createdAt");

-- CreateIndex
CREATE INDEX "SynthesisTurn_problemId_idx" ON "SynthesisTurn"("problemId");

-- CreateIndex
CREATE UNIQUE INDEX "SynthesisTurn_synthesisId_seed_turn_key" ON "SynthesisTurn"("synthesisId", "seed", "turn");

-- CreateIndex
CREATE INDEX "ModelCall_synthesisId_role_idx" ON "ModelCall"("synthesisId", "role");

-- CreateIndex
CREATE INDEX "ModelCall_subject_idx" ON "ModelCall"("subject");

-- AddForeignKey
ALTER TABLE "Synthesis" ADD CONSTRAINT "Synthesis_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Synthesis" ADD CONSTRAINT "Synthesis_problemSetId_fkey" FOREIGN KEY ("problemSetId") REFERENCES "ProblemSet"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SynthesisSeed" ADD CONSTRAINT "SynthesisSeed_synthesisId_fkey" FOREIGN KEY ("synthesisId") REFERENCES "Synthesis"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SynthesisTurn" ADD CONSTRAINT "SynthesisTurn_synthesisId_fkey" FOREIGN KEY ("synthesisId") REFERENCES "Synthesis"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SynthesisTurn" ADD CONSTRAINT "SynthesisTurn_problemId_fkey" FOREIGN KEY ("problemId") REFERENCES "Problem"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelCall" ADD CONSTRAINT "ModelCall_synthesisId_fkey" FOREIGN KEY ("synthesisId") REFERENCES "Synthesis"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelCall" ADD CONSTRAINT "ModelCall_requestHash_fkey" FOREIGN KEY ("requestHash") REFERENCES "ModelReply"("requestHash") ON DELETE SET NULL ON UPDATE CASCADE;

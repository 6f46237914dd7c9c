-- CreateEnum
CREATE TYPE "ExperimentStatus" AS ENUM ('QUEUED', 'PREPARING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "Stage" AS ENUM ('GENERATE', 'EXECUTE', 'REWARD', 'UPDATE');

-- CreateEnum
CREATE TYPE "StageOutcome" AS ENUM ('STARTED', 'COMPLETED', 'FAILED', 'LOST');

-- CreateEnum
CREATE TYPE "ScopeKind" AS ENUM ('STEP', 'EVALUATION', 'MEASUREMENT');

-- CreateEnum
CREATE TYPE "RolloutVerdict" AS ENUM ('EXECUTED', 'NO_ANSWER', 'SYNTAX', 'SANDBOX_ERROR');

-- CreateEnum
CREATE TYPE "EnvironmentName" AS ENUM ('INDUCTION', 'ABDUCTION', 'DEDUCTION', 'FUZZING', 'CONTEST', 'FUNCTION_TEST');

-- CreateEnum
CREATE TYPE "Bucket" AS ENUM ('EASY', 'EASY_MEDIUM', 'MEDIUM', 'HARD');

-- CreateEnum
CREATE TYPE "ProblemSplit" AS ENUM ('TRAIN', 'HELD_OUT');

-- CreateEnum
CREATE TYPE "NodeRole" AS ENUM ('CONTROL', 'POLICY', 'SANDBOX');

-- CreateTable
CREATE TABLE "Project" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Experiment" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "status" "ExperimentStatus" NOT NULL DEFAULT 'QUEUED',
    "specification" JSONB NOT NULL,
    "cause" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "problemSetId" TEXT,

    CONSTRAINT "Experiment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Arm" (
    "id" TEXT NOT NULL,
    "experimentId" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "configuration" JSONB NOT NULL,
    "curriculumId" TEXT NOT NULL,

    CONSTRAINT "Arm_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Curriculum" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "specification" JSONB NOT NULL,
    "contentHash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Curriculum_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "experimentId" TEXT NOT NULL,
    "armId" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
    "totalSteps" INTEGER NOT NULL,
    "stepsDone" INTEGER NOT NULL DEFAULT 0,
    "policyVersion" INTEGER NOT NULL DEFAULT 0,
    "leaseEpoch" INTEGER NOT NULL DEFAULT 0,
    "nodeId" TEXT,
    "streamPosition" BIGINT NOT NULL DEFAULT 0,
    "provenance" JSONB NOT NULL,
    "forkedFromRunId" TEXT,
    "forkedFromStep" INTEGER,
    "cause" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Step" (
    "runId" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "policyVersion" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMP(3),
    "summary" JSONB,

    CONSTRAINT "Step_pkey" PRIMARY KEY ("runId","step")
);

-- CreateTable
CREATE TABLE "StageExecution" (
    "id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "scopeKind" "ScopeKind" NOT NULL,
    "experimentId" TEXT,
    "runId" TEXT,
    "step" INTEGER,
    "stage" "Stage" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "nodeId" TEXT NOT NULL,
    "outcome" "StageOutcome" NOT NULL DEFAULT 'STARTED',
    "failure" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "StageExecution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Problem" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "environment" "EnvironmentName" NOT NULL,
    "contentHash" TEXT NOT NULL,
    "astHash" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "origin" JSONB NOT NULL,
    "operations" TEXT[],
    "parentId" TEXT,
    "chain" TEXT,
    "rung" INTEGER,
    "seedSnippet" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Problem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProblemSet" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProblemSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProblemSetMember" (
    "problemSetId" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "problemId" TEXT NOT NULL,
    "split" "ProblemSplit" NOT NULL,
    "passes" INTEGER,
    "attempts" INTEGER,
    "bucket" "Bucket",

    CONSTRAINT "ProblemSetMember_pkey" PRIMARY KEY ("problemSetId","ordinal")
);

-- CreateTable
CREATE TABLE "Group" (
    "id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "scopeKind" "ScopeKind" NOT NULL,
    "runId" TEXT,
    "step" INTEGER,
    "ordinal" INTEGER NOT NULL,
    "problemId" TEXT NOT NULL,
    "bucket" "Bucket",
    "size" INTEGER NOT NULL,
    "prompt" TEXT NOT NULL,
    "admitted" BOOLEAN,
    "refusedBy" TEXT,
    "meanReward" DOUBLE PRECISION,

    CONSTRAINT "Group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Rollout" (
    "id" TEXT NOT NULL,
    "groupId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "policyVersion" INTEGER NOT NULL,
    "policyHash" TEXT NOT NULL,
    "completion" TEXT NOT NULL,
    "promptTokens" INTEGER[],
    "completionTokens" INTEGER[],
    "logProbs" DOUBLE PRECISION[],
    "finishReason" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "generatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "verdict" "RolloutVerdict",
    "execution" JSONB,
    "sandboxErrors" INTEGER NOT NULL DEFAULT 0,
    "reward" DOUBLE PRECISION,
    "advantage" DOUBLE PRECISION,

    CONSTRAINT "Rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PolicyVersion" (
    "runId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "checkpointHash" TEXT NOT NULL,
    "report" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PolicyVersion_pkey" PRIMARY KEY ("runId","version")
);

-- CreateTable
CREATE TABLE "Checkpoint" (
    "contentHash" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "engine" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Checkpoint_pkey" PRIMARY KEY ("contentHash")
);

-- CreateTable
CREATE TABLE "CurriculumState" (
    "runId" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "CurriculumState_pkey" PRIMARY KEY ("runId","step")
);

-- CreateTable
CREATE TABLE "Evaluation" (
    "id" TEXT NOT NULL,
    "experimentId" TEXT NOT NULL,
    "runId" TEXT,
    "step" INTEGER NOT NULL,
    "policyVersion" INTEGER NOT NULL,
    "policyHash" TEXT NOT NULL,
    "problemSetId" TEXT NOT NULL,
    "samples" INTEGER NOT NULL,
    "temperature" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMP(3),

    CONSTRAINT "Evaluation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EvaluationResult" (
    "evaluationId" TEXT NOT NULL,
    "problemId" TEXT NOT NULL,
    "bucket" "Bucket",
    "passes" INTEGER NOT NULL,
    "samples" INTEGER NOT NULL,

    CONSTRAINT "EvaluationResult_pkey" PRIMARY KEY ("evaluationId","problemId")
);

-- CreateTable
CREATE TABLE "Event" (
    "runId" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "globalPosition" BIGINT,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("runId","position")
);

-- CreateTable
CREATE TABLE "Node" (
    "id" TEXT NOT NULL,
    "roles" "NodeRole"[],
    "taskQueue" TEXT,
    "labels" JSONB NOT NULL,
    "capabilities" JSONB NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stoppedAt" TIMESTAMP(3),

    CONSTRAINT "Node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StoreEpoch" (
    "id" INTEGER NOT NULL,
    "epoch" TEXT NOT NULL,
    "globalPosition" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "StoreEpoch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Experiment_projectId_createdAt_idx" ON "Experiment"("projectId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Arm_experimentId_ordinal_key" ON "Arm"("experimentId", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "Arm_experimentId_name_key" ON "Arm"("experimentId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Curriculum_projectId_name_version_key" ON "Curriculum"("projectId", "name", "version");

-- CreateIndex
CREATE UNIQUE INDEX "Curriculum_projectId_name_contentHash_key" ON "Curriculum"("projectId", "name", "contentHash");

-- CreateIndex
CREATE INDEX "Run_experimentId_idx" ON "Run"("experimentId");

-- CreateIndex
CREATE INDEX "Run_armId_seed_idx" ON "Run"("armId", "seed");

-- CreateIndex
CREATE INDEX "StageExecution_runId_step_idx" ON "StageExecution"("runId", "step");

-- CreateIndex
CREATE INDEX "StageExecution_scope_stage_idx" ON "StageExecution"("scope", "stage");

-- CreateIndex
CREATE UNIQUE INDEX "Problem_projectId_contentHash_key" ON "Problem"("projectId", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "ProblemSet_projectId_name_contentHash_key" ON "ProblemSet"("projectId", "name", "contentHash");

-- CreateIndex
CREATE UNIQUE INDEX "ProblemSetMember_problemSetId_problemId_key" ON "ProblemSetMember"("problemSetId", "problemId");

-- CreateIndex
CREATE INDEX "Group_scope_ordinal_idx" ON "Group"("scope", "ordinal");

-- CreateIndex
CREATE INDEX "Group_problemId_idx" ON "Group"("problemId");

-- CreateIndex
CREATE INDEX "Group_runId_step_idx" ON "Group"("runId", "step");

-- CreateIndex
CREATE UNIQUE INDEX "Rollout_groupId_index_key" ON "Rollout"("groupId", "index");

-- CreateIndex
CREATE INDEX "Evaluation_experimentId_idx" ON "Evaluation"("experimentId");

-- CreateIndex
CREATE INDEX "Evaluation_runId_idx" ON "Evaluation"("runId");

-- CreateIndex
CREATE UNIQUE INDEX "Event_globalPosition_key" ON "Event"("globalPosition");

-- AddForeignKey
ALTER TABLE "Experiment" ADD CONSTRAINT "Experiment_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Experiment" ADD CONSTRAINT "Experiment_problemSetId_fkey" FOREIGN KEY ("problemSetId") REFERENCES "ProblemSet"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Arm" ADD CONSTRAINT "Arm_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Arm" ADD CONSTRAINT "Arm_curriculumId_fkey" FOREIGN KEY ("curriculumId") REFERENCES "Curriculum"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Curriculum" ADD CONSTRAINT "Curriculum_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_armId_fkey" FOREIGN KEY ("armId") REFERENCES "Arm"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Step" ADD CONSTRAINT "Step_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StageExecution" ADD CONSTRAINT "StageExecution_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Problem" ADD CONSTRAINT "Problem_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProblemSet" ADD CONSTRAINT "ProblemSet_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProblemSetMember" ADD CONSTRAINT "ProblemSetMember_problemSetId_fkey" FOREIGN KEY ("problemSetId") REFERENCES "ProblemSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProblemSetMember" ADD CONSTRAINT "ProblemSetMember_problemId_fkey" FOREIGN KEY ("problemId") REFERENCES "Problem"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Group" ADD CONSTRAINT "Group_problemId_fkey" FOREIGN KEY ("problemId") REFERENCES "Problem"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rollout" ADD CONSTRAINT "Rollout_groupId_fkey" FOREIGN KEY ("groupId") REFERENCES "Group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_checkpointHash_fkey" FOREIGN KEY ("checkpointHash") REFERENCES "Checkpoint"("contentHash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CurriculumState" ADD CONSTRAINT "CurriculumState_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_problemSetId_fkey" FOREIGN KEY ("problemSetId") REFERENCES "ProblemSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EvaluationResult" ADD CONSTRAINT "EvaluationResult_evaluationId_fkey" FOREIGN KEY ("evaluationId") REFERENCES "Evaluation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

// Owns: what a run's page asks of the API and tells it. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const RUN = graphql(`
  query Run($id: ID!) {
    run(id: $id) {
      id
      name
      isExternal
      config
      seed
      status
      cause
      totalSteps
      stepsDone
      policyVersion
      leaseEpoch
      provenance
      createdAt
      startedAt
      finishedAt
      forkedFromStep
      archivedAt
      deletedAt
      purgeAfter
      tags
      notes
      cursor
      forkedFrom {
        id
      }
      node {
        id
        isAlive
      }
      experiment {
        id
        name
        project {
          id
        }
        archivedAt
        deletedAt
        runs {
          id
        }
      }
      arm {
        id
        ordinal
        name
        configuration
        curriculum {
          name
          version
          specification
        }
      }
      policyVersions(first: 1000) {
        nodes {
          version
          step
          createdAt
          checkpoint {
            contentHash
            bytes
          }
        }
      }
    }
  }
`);

export const RUN_STEP = graphql(`
  query RunStep($id: ID!, $step: Int!) {
    run(id: $id) {
      id
      step(step: $step) {
        step
        policyVersion
        startedAt
        completedAt
        summary {
          rewardMean
          passRate
          groups
          admitted
          solvedNone
          solvedAll
          sandboxErrors
        }
        stageExecutions {
          id
          stage
          attempt
          nodeId
          outcome
          failure
          startedAt
          endedAt
        }
      }
    }
  }
`);

export const RUN_EVENTS = graphql(`
  subscription RunEvents($runId: ID!, $after: Cursor) {
    runEvents(runId: $runId, after: $after) {
      cursor
      position
      at
      event {
        __typename
        ... on StatusChanged {
          status
          cause
        }
        ... on StageEnded {
          ofStep: step
          stage
          attempt
          outcome
          nodeId
        }
        ... on StepCompleted {
          step
          policyVersion
          summary {
            rewardMean
            passRate
            groups
            admitted
          }
        }
        ... on EvaluationCompleted {
          step
          passAt1
          suite
        }
        ... on LeaseGranted {
          epoch
          nodeId
        }
        ... on UpdateRefused {
          step
          refusal: cause
        }
        ... on StepsChanged {
          totalSteps
        }
        ... on AlertOpened {
          rule
          news: message
        }
        ... on AlertResolved {
          rule
          news: message
        }
      }
    }
  }
`);

export const PAUSE_RUN = graphql(`
  mutation PauseRun($id: ID!) {
    pauseRun(id: $id, cause: "by hand, from the page") {
      ok
      error {
        message
      }
    }
  }
`);

export const RESUME_RUN = graphql(`
  mutation ResumeRun($id: ID!) {
    resumeRun(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

export const CANCEL_RUN = graphql(`
  mutation CancelRun($id: ID!) {
    cancelRun(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

export const FORK_RUN = graphql(`
  mutation ForkRun($input: ForkRunInput!) {
    forkRun(input: $input) {
      ok
      error {
        message
        fields {
          path
          expected
        }
      }
      run {
        id
      }
    }
  }
`);

// Owns: what an experiment's page asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const EXPERIMENT = graphql(`
  query Experiment($id: ID!) {
    experiment(id: $id) {
      id
      name
      project {
        id
      }
      question
      status
      cause
      createdAt
      startedAt
      finishedAt
      archivedAt
      deletedAt
      purgeAfter
      tags
      notes
      cursor
      problemSet {
        id
        name
        counts {
          split
          bucket
          count
        }
      }
      arms {
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
      runs {
        id
        seed
        status
        cause
        stepsDone
        totalSteps
        policyVersion
        isExternal
        name
        arm {
          id
        }
      }
    }
  }
`);

export const COMPARISON = graphql(`
  query Comparison($experimentId: ID!, $metrics: [String!], $baselineArm: String) {
    comparison(of: { experimentId: $experimentId }, metrics: $metrics, baselineArm: $baselineArm) {
      metrics
      baselineArm
      verdicts
      guardRails
      evaluations {
        sentence
      }
      arms {
        arm {
          id
          ordinal
          name
        }
        metrics {
          name
          estimate {
            ...EstimateParts
          }
          difference {
            excludesZero
            sentence
            estimate {
              ...EstimateParts
            }
          }
        }
        improvement {
          before
          after
          excludesZero
          sentence
          estimate {
            ...EstimateParts
          }
        }
      }
    }
  }
`);

export const EXPERIMENT_EVENTS = graphql(`
  subscription ExperimentEvents($experimentId: ID!, $names: [String!], $after: Cursor) {
    experimentEvents(experimentId: $experimentId, names: $names, after: $after) {
      cursor
      runId
      at
      event {
        __typename
        ... on ExperimentStatusChanged {
          experimentStatus: status
        }
        ... on StatusChanged {
          status
          cause
        }
        ... on StepCompleted {
          step
          policyVersion
        }
        ... on StepsChanged {
          totalSteps
        }
        ... on EvaluationCompleted {
          step
          passAt1
        }
        ... on MetricsRecorded {
          points {
            name
            step
            value
          }
        }
      }
    }
  }
`);

export const SCALARS = graphql(`
  query Scalars($experimentId: ID!, $metrics: [String!], $baselineArm: String, $threshold: Float, $kinds: [ScalarKind!]) {
    comparison(of: { experimentId: $experimentId }, metrics: $metrics, baselineArm: $baselineArm, threshold: $threshold) {
      baselineArm
      arms {
        arm {
          id
          ordinal
          name
        }
        scalars(kinds: $kinds) {
          kind
          metric
          bucket
          note
          estimate {
            ...EstimateParts
          }
          difference {
            excludesZero
            estimate {
              ...EstimateParts
            }
          }
        }
      }
    }
  }
`);

export const START_EXPERIMENT = graphql(`
  mutation StartExperiment($id: ID!) {
    startExperiment(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

export const CANCEL_EXPERIMENT = graphql(`
  mutation CancelExperiment($id: ID!) {
    cancelExperiment(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

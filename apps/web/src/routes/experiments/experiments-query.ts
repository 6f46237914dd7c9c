// Owns: what the list of experiments asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const EXPERIMENTS = graphql(`
  query Experiments($filter: ExperimentFilter, $after: Cursor) {
    experiments(filter: $filter, first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        question
        status
        createdAt
        tags
        cursor
        arms {
          id
          ordinal
          name
        }
        runs {
          id
          seed
          status
          stepsDone
          totalSteps
          arm {
            id
          }
        }
      }
    }
  }
`);

export const PASS_RATES = graphql(`
  query PassRates($runIds: [ID!]!) {
    metricSeries(runIds: $runIds, names: ["evaluation/pass@1"], maxPoints: 40) {
      runId
      buckets {
        toStep
        last
      }
    }
  }
`);

export const EXPERIMENT_NEWS = graphql(`
  subscription ExperimentNews($experimentId: ID!, $after: Cursor) {
    experimentEvents(experimentId: $experimentId, names: [], after: $after) {
      cursor
      runId
      event {
        __typename
        ... on ExperimentStatusChanged {
          experimentStatus: status
        }
        ... on StatusChanged {
          status
        }
        ... on StepCompleted {
          step
        }
        ... on EvaluationCompleted {
          step
          passAt1
          suite
        }
      }
    }
  }
`);

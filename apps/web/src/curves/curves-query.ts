// Owns: what a chart asks of the API. Must not know: how it is drawn.
import { graphql } from "../generated/gql.ts";

export const CURVES = graphql(`
  query Curves($runIds: [ID!]!, $metrics: [String!]!, $maxPoints: Int!, $fromStep: Int, $toStep: Int) {
    metricSeries(runIds: $runIds, names: $metrics, maxPoints: $maxPoints, fromStep: $fromStep, toStep: $toStep) {
      runId
      name
      bucketWidth
      columns {
        fromStep
        toStep
        mean
        count
        nonFinite
      }
    }
  }
`);

/** When runs logged their points, by the clock of each. */
export const STEP_TIMES = graphql(`
  query StepTimes($runIds: [ID!]!, $metric: String!, $maxPoints: Int!, $fromStep: Int, $toStep: Int) {
    metricSeries(runIds: $runIds, names: [$metric], maxPoints: $maxPoints, fromStep: $fromStep, toStep: $toStep, over: { clock: RUN }) {
      runId
      columns {
        fromStep
        toStep
        from
        to
      }
    }
  }
`);

export const RUN_POINTS = graphql(`
  subscription RunPoints($runId: ID!, $names: [String!], $after: Cursor) {
    metricPoints(runId: $runId, names: $names, after: $after) {
      cursor
      runId
      points {
        name
        step
        value
      }
    }
  }
`);

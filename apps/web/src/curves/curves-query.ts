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

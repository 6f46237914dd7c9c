// Owns: how metrics are looked for by name. Must not know: how they are chosen.
import { graphql } from "../generated/gql.ts";

export const METRIC_NAMES = graphql(`
  query MetricNames($runIds: [ID!]!, $contains: String) {
    runs(filter: { ids: $runIds }, first: 12) {
      nodes {
        id
        metricNames(contains: $contains, first: 60) {
          nodes {
            name
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
    metricDefinitions {
      name
      description
      unit
    }
  }
`);

export const FIRST_METRICS = graphql(`
  query FirstMetrics($runIds: [ID!]!) {
    runs(filter: { ids: $runIds }, first: 12) {
      nodes {
        id
        rewards: metricNames(contains: "reward", first: 8) {
          nodes {
            name
          }
        }
        losses: metricNames(contains: "loss", first: 8) {
          nodes {
            name
          }
        }
        others: metricNames(first: 20) {
          nodes {
            name
          }
        }
      }
    }
  }
`);

// Owns: which evaluation metrics an experiment's runs have, asked of the API. Must not know: what is made of them.
import { graphql } from "../../generated/gql.ts";

export const EVALUATION_METRICS = graphql(`
  query EvaluationMetrics($runIds: [ID!]!) {
    runs(filter: { ids: $runIds }, first: 32) {
      nodes {
        id
        metricNames(contains: "evaluation/", first: 1000) {
          nodes {
            name
          }
        }
      }
    }
  }
`);

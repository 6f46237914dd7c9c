// Owns: what is asked of the API about groups of runs. Must not know: how they are shown.
import { graphql } from "../generated/gql.ts";

export const GROUP_COMPARISON = graphql(`
  query GroupComparison($of: RunFilter!, $groupBy: [RunKey!]!, $metrics: [String!]!, $curves: [String!]!, $baseline: [JSON]) {
    groupComparison(of: $of, groupBy: $groupBy, metrics: $metrics, curves: $curves, maxPoints: 400, baseline: $baseline) {
      metrics
      baseline
      verdicts
      guardRails
      evaluations {
        sentence
      }
      groups {
        key
        label
        runs {
          id
          seed
        }
        metrics {
          name
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
        improvement {
          before
          after
          excludesZero
          estimate {
            ...EstimateParts
          }
        }
        curves {
          name
          points {
            step
            estimate {
              mean
              low
              high
              n
            }
          }
        }
      }
    }
  }
`);

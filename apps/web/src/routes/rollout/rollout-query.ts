// Owns: what a rollout's page asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const ROLLOUT = graphql(`
  query Rollout($id: ID!) {
    rollout(id: $id) {
      id
      index
      policyVersion
      policyHash
      generatedAt
      completion
      promptTokenCount
      completionTokenCount
      logProbs
      finishReason
      attempt
      verdict
      sandboxErrors
      reward
      advantage
      execution {
        cpuMs
        wallMs
        stdout
        stderr
        tests {
          verdict
          detail
        }
      }
      group {
        id
        scopeKind
        runId
        step
        ordinal
        bucket
        prompt
        admitted
        refusedBy
        meanReward
        problem {
          id
          message
          entryPoint
          tests {
            args
            expected
            source
          }
        }
        rollouts {
          id
          index
          reward
        }
      }
    }
  }
`);

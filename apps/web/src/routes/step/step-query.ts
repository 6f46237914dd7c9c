// Owns: what the page of a step's rollouts asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const STEP = graphql(`
  query Step($runId: ID!, $step: Int!) {
    run(id: $runId) {
      id
      seed
      stepsDone
      totalSteps
      experiment {
        id
        name
      }
      arm {
        id
        ordinal
        name
      }
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
          sandboxErrors
          completionTokensMean
          truncatedRate
          passRateByBucket {
            bucket
            value
          }
          drawnByBucket {
            bucket
            count
          }
        }
        groups {
          id
          ordinal
          bucket
          size
          admitted
          refusedBy
          meanReward
          problem {
            id
            message
          }
        }
      }
    }
  }
`);

export const GROUP = graphql(`
  query Group($id: ID!) {
    group(id: $id) {
      id
      prompt
      admitted
      refusedBy
      bucket
      problem {
        id
        message
        tests {
          args
          expected
          source
        }
      }
      rollouts {
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
      }
    }
  }
`);

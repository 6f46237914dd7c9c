// Owns: what the pages of syntheses ask of the API and tell it. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

/** Figures of all of them are read at once. */
export const SYNTHESES = graphql(`
  query Syntheses($after: Cursor) {
    syntheses(first: 20, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        status
        cause
        specification
        createdAt
        finishedAt
        problemSet {
          id
          name
        }
        multiTurnYield {
          kept
          seeds
          perSeed
          perTeacherCall
        }
      }
    }
  }
`);

export const SYNTHESIS_PROGRESS = graphql(`
  query SynthesisProgress($id: ID!) {
    synthesis(id: $id) {
      id
      status
      turnCount
      scoredCount
      multiTurnYield {
        kept
        seeds
        perSeed
        perTeacherCall
      }
    }
  }
`);

export const SYNTHESIS = graphql(`
  query Synthesis($id: ID!) {
    synthesis(id: $id) {
      id
      name
      status
      cause
      specification
      createdAt
      startedAt
      finishedAt
      seedCount
      turnCount
      scoredCount
      problemSet {
        id
        name
      }
      usage {
        role
        model
        calls
        cached
        failed
        requests
        promptTokens
        completionTokens
        reasoningTokens
        cost
        seconds
      }
      funnel {
        turn
        measured
        inTarget
        targetHitRate
        counts {
          stage
          count
        }
      }
      rejections {
        rejection
        count
      }
      transitions {
        from
        to
        count
      }
      moved {
        request
        pairs
        asAsked
        unchanged
        against
        share
      }
      singleTurnYield {
        kept
        seeds
        teacherCalls
        perSeed
        perTeacherCall
      }
      multiTurnYield {
        kept
        seeds
        teacherCalls
        perSeed
        perTeacherCall
      }
    }
  }
`);

export const SYNTHESIS_TURNS = graphql(`
  query SynthesisTurns($id: ID!, $filter: SynthesisTurnFilter, $after: Cursor) {
    synthesis(id: $id) {
      id
      turns(filter: $filter, first: 25, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          seed
          turn
          request
          aim
          rejection
          detail
          passes
          attempts
          problem {
            id
          }
          call {
            id
            model
            cached
            tries
            seconds
            promptTokens
            completionTokens
            cost
          }
        }
      }
    }
  }
`);

/** What is long of one turn, asked for when it is opened. */
export const SYNTHESIS_TURN = graphql(`
  query SynthesisTurn($id: ID!, $seed: Int!, $turn: Int!) {
    synthesis(id: $id) {
      id
      turns(filter: { seed: $seed, turn: $turn }, first: 1) {
        nodes {
          id
          duplicateOf
          from {
            place
            environment
            text
          }
          call {
            id
            request
            reply
            reasoning
            finishReason
            failure
          }
          group {
            id
            rollouts {
              id
              index
              verdict
              reward
            }
          }
        }
      }
    }
  }
`);

export const CANCEL_SYNTHESIS = graphql(`
  mutation CancelSynthesis($id: ID!) {
    cancelSynthesis(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

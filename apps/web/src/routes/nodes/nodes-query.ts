// Owns: what this page asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const NODES = graphql(`
  query Nodes {
    server {
      version
      storeEpoch
    }
    workerNodes {
      ...WorkerNodeParts
    }
  }
`);

export const TASK_QUEUES = graphql(`
  query TaskQueues {
    taskQueues {
      name
      role
      node {
        id
      }
      depth
      oldestSeconds
      addedPerSecond
      takenPerSecond
    }
  }
`);

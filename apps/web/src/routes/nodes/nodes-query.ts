// Owns: what this page asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const NODES = graphql(`
  query Nodes {
    server {
      version
      storeEpoch
    }
    workerNodes {
      id
      roles
      taskQueue
      labels
      capabilities
      startedAt
      lastSeenAt
      stoppedAt
      drainingSince
      isAlive
      sandbox {
        backend
        slots
        running
        waiting
        finished
        utilisation
        queueWaitMs
        sandboxErrors
        errorRate
        replacedSlots
        leakedProcesses
      }
      machine {
        cores
        coresUsed
        workerCoresUsed
        rssBytes
        childrenRssBytes
        memoryUsedBytes
        memoryTotalBytes
        gpus {
          index
          name
          utilisation
          memoryUsedBytes
          memoryTotalBytes
          powerWatts
          temperatureCelsius
        }
        absent {
          reading
          reason
        }
      }
    }
  }
`);

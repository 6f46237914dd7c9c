// Owns: what is asked of nodes' machines, now and over time. Must not know: how it is shown.
import { graphql } from "../generated/gql.ts";

graphql(`
  fragment TelemetryParts on NodeTelemetry {
    from
    to
    bucketMs
    node {
      id
    }
    series {
      name
      unit
      at
      mean
    }
    absent {
      reading
      reason
    }
  }
`);

export const RUN_TELEMETRY = graphql(`
  query RunTelemetry($id: ID!) {
    run(id: $id) {
      id
      telemetry(maxPoints: 300) {
        ...TelemetryParts
      }
    }
  }
`);

export const NODE_TELEMETRY = graphql(`
  query NodeTelemetry($id: ID!, $from: DateTime) {
    workerNodes(ids: [$id]) {
      id
      telemetry(from: $from, maxPoints: 300) {
        ...TelemetryParts
      }
    }
  }
`);

graphql(`
  fragment WorkerNodeParts on WorkerNode {
    id
    roles
    taskQueue
    labels
    capabilities
    startedAt
    lastSeenAt
    stoppedAt
    drainingSince
    runCount
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
`);

/** What nodes say with every heartbeat, as they say it. */
export const NODE_HEALTH = graphql(`
  subscription NodeHealth($after: Cursor) {
    nodeHealth(after: $after) {
      cursor
      nodes {
        ...WorkerNodeParts
      }
    }
  }
`);

// Owns: what `EstimateText` wants of an estimate, wherever a document asks for one. Must not know: of what it is an estimate.
import { graphql } from "../generated/gql.ts";

graphql(`
  fragment EstimateParts on Estimate {
    mean
    low
    high
    n
    note
  }
`);

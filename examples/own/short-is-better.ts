// A reward of one's own: right answers earn 1 minus a little for every token; wrong ones nothing.
export default {
  reward(
    { perToken = 0.005 }: { readonly perToken?: number },
    { right, length }: { readonly right: boolean; readonly length: { readonly completionTokens: number } },
  ): number {
    return right ? Math.max(0.1, 1 - perToken * length.completionTokens) : 0;
  },
};

// A gate of one's own: refuses a group that solved nearly everything. `admit` returns true, or the reason of a refusal.
export default {
  admit(
    { most = 0.9 }: { readonly most?: number },
    _state: unknown,
    { rewards }: { readonly rewards: readonly (number | null)[] },
  ): true | "TOO_EASY" {
    const known = rewards.filter((reward) => reward !== null);
    const solved = known.filter((reward) => reward > 0).length;
    return known.length > 0 && solved / known.length > most ? "TOO_EASY" : true;
  },
};

// Owns: how the server says no: the HTTP status and the words. Must not know: routes.

/** A request that cannot be done as it is; `status` as tinker clients expect it (400 wrong, 404 unknown, 409 taken). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

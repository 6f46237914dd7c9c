// Owns: refusals as MLflow's clients understand them. Must not know: endpoints.

const STATUS = { RESOURCE_DOES_NOT_EXIST: 404, RESOURCE_ALREADY_EXISTS: 400, INVALID_PARAMETER_VALUE: 400, NOT_IMPLEMENTED: 501 } as const;

export class MlflowError extends Error {
  override readonly name = "MlflowError";
  readonly code: keyof typeof STATUS;
  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }
  get status(): number {
    return STATUS[this.code];
  }
}

export const invalid = (message: string): MlflowError => new MlflowError("INVALID_PARAMETER_VALUE", message);

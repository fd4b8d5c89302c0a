// Operational failures: the machine, not the business, says no. A reject is never a fault.

/** A failure with a stable code. Details go to the log, not to clients. */
export class GatewayFault extends Error {
  override readonly name = "GatewayFault";
  /** Stable and snake_case. */
  readonly code: string;
  /** The same call may succeed later. */
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Another process listens on the port that the endpoint should have. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly port: number;

  constructor(port: number, cause?: unknown) {
    super(`Port ${port} is taken by another process.`, { cause });
    this.port = port;
  }
}

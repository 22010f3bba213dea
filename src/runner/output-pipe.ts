import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

export interface OutputPipe {
  readonly reader: Socket;
  /** For a child's standard output and error. */
  readonly writeEnd: number;
  closeWriteEnd(): void;
}

/**
 * A real pipe for a child's output. What Node makes for `stdio: 'pipe'` is a socket, and a command that opens
 * `/dev/stderr` (`echo … > /dev/stderr`, `tee /dev/stderr`) fails on a socket. One pipe for both streams keeps their order.
 *
 * @param path where to make the pipe's file; the caller removes it
 */
export async function openOutputPipe(path: string): Promise<OutputPipe> {
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // Not blocking, or the open would wait for a writer.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  return {
    reader: new Socket({ fd: readEnd, readable: true, writable: false }),
    writeEnd,
    closeWriteEnd: () => closeSync(writeEnd),
  };
}

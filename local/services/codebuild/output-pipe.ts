import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface OutputPipe {
  /** The file descriptor that processes get as stdout and as stderr, so that their lines keep their order. */
  readonly writer: number;
  /** Hands over at once what is in the pipe; after it, everything that a finished command wrote has been seen. */
  drain(): void;
  /** To be called when no process writes any more. */
  end(): Promise<void>;
}

const CHUNK = Buffer.allocUnsafe(64 * 1024);
const LONGEST_END_MS = 500;

/**
 * A pipe by name. What Node itself offers a child for its output is a socket, and `echo > /dev/stderr`, common in build
 * scripts, fails on a socket.
 */
export async function openOutputPipe(path: string, onData: (chunk: Buffer) => void): Promise<OutputPipe> {
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // The reader first and without waiting: opening one end alone would block.
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const socket = new Socket({ fd: reader, readable: true, writable: false });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // A reader that fails has nothing more to tell; `close` follows.
  socket.on('error', () => undefined);
  socket.on('data', onData);
  let ending = false;

  return {
    writer,
    drain() {
      // The descriptor closes at some moment from here on, and its number may then be another file's.
      if (ending) return;
      try {
        for (let read = readSync(reader, CHUNK); read > 0; read = readSync(reader, CHUNK)) {
          onData(Buffer.from(CHUNK.subarray(0, read)));
        }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      }
    },
    async end() {
      ending = true;
      closeSync(writer);
      // A process that left the build's group may hold the pipe open for ever.
      await Promise.race([closed, delay(LONGEST_END_MS, undefined, { ref: false })]);
      socket.destroy();
      await closed;
    },
  };
}

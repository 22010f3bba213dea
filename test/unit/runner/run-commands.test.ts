import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CommandsEnd, runCommands } from '#runner/run-commands.ts';
import { createScrubber } from '#runner/scrubber.ts';
import { tempDirectory } from './temp-directory.ts';

const environment = { PATH: process.env['PATH'] ?? '' };
const never = new AbortController().signal;

async function run(commands: readonly string[], directory = tempDirectory()) {
  const lines: string[] = [];
  const end = await runCommands({
    commands,
    directory,
    environment,
    timeout: never,
    scrubber: createScrubber(),
    onLine: (line) => lines.push(line),
  });
  return { end, lines: lines.filter((line) => !line.startsWith('$ ')), all: lines };
}

/** Also false for a process that has ended and was not yet waited for. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('runCommands', () => {
  it('runs the commands in one shell, so that what one sets the next sees', async () => {
    const { end, lines } = await run(['greeting=hello; cd /', 'echo "$greeting from $PWD"']);
    expect(end).toEqual({ status: 'succeeded' });
    expect(lines).toEqual(['hello from /']);
  });

  it('shows each command before its output', async () => {
    const { all } = await run(["echo 'a b'", 'echo c']);
    expect(all).toEqual(["$ echo 'a b'", 'a b', '$ echo c', 'c']);
  });

  it('stops at the first command that fails and keeps its exit code', async () => {
    const { end, lines } = await run(['echo before', '(exit 7)', 'echo after']);
    expect(end).toEqual({ status: 'failed', exitCode: 7 });
    expect(lines).toEqual(['before']);
  });

  it('stops within a command of several lines as well', async () => {
    const { end, all } = await run(['echo one\nfalse\necho two']);
    expect(end).toEqual({ status: 'failed', exitCode: 1 });
    expect(all).toEqual(['$ echo one', 'false', 'echo two', 'one']);
  });

  it('does not let an open quote swallow the next command', async () => {
    const { end, lines } = await run(["echo 'open", "echo 'next'"]);
    expect(end.status).toBe('failed');
    expect(lines.join('\n')).not.toContain('next');
  });

  it('counts a signal as 128 and its number', async () => {
    expect((await run(['kill -SEGV $$'])).end).toEqual({ status: 'failed', exitCode: 139 });
  });

  it('keeps the order of output and errors, and the last line without a line break', async () => {
    const { lines } = await run(['echo a; echo b >&2; echo c; echo d >&2; printf e']);
    expect(lines).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('lets commands open /dev/stdout and /dev/stderr', async () => {
    const { end, lines } = await run(['echo a > /dev/stderr', 'echo b > /dev/stdout']);
    expect(end).toEqual({ status: 'succeeded' });
    expect(lines).toEqual(['a', 'b']);
  });

  it('gives commands an input that is at its end', async () => {
    expect((await run(['cat', 'echo done'])).lines).toEqual(['done']);
  });

  it('does not wait for its own guard when a command waits for all its children', async () => {
    expect((await run(['(echo child) & wait', 'echo done'])).lines).toEqual(['child', 'done']);
  });

  it('hands over everything that was written, however much', async () => {
    const { lines } = await run(['seq 1 50000']);
    expect(lines).toHaveLength(50_000);
    expect(lines.at(-1)).toBe('50000');
  });

  it('breaks a line that does not end', async () => {
    const { lines } = await run(["head -c 40000 /dev/zero | tr '\\0' x"]);
    expect(lines.join('')).toBe('x'.repeat(40_000));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(16_384);
  });

  it('ends everything that the stage started when its time is over', async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const end = await runCommands({
      // A sleeper in the background and one in the background of a child, both deaf to a polite signal.
      commands: [`trap '' TERM; sleep 300 & echo "pid $!"; sh -c 'sleep 300 & echo "pid $!"'; echo ready; sleep 300`],
      directory: tempDirectory(),
      environment,
      timeout: controller.signal,
      scrubber: createScrubber(),
      onLine: (line) => {
        const pid = /^pid (\d+)$/.exec(line)?.[1];
        if (pid) pids.push(Number(pid));
        if (line !== 'ready') return;
        expect(pids.map(alive)).toEqual([true, true]);
        controller.abort();
      },
    });
    expect(end).toEqual<CommandsEnd>({ status: 'timed_out' });
    await vi.waitFor(() => expect(pids.map(alive)).toEqual([false, false]), { interval: 5 });
  });

  it('starts nothing that outlives an already spent time', async () => {
    const end = await runCommands({
      commands: ['sleep 300'],
      directory: tempDirectory(),
      environment,
      timeout: AbortSignal.abort(),
      scrubber: createScrubber(),
      onLine: () => undefined,
    });
    expect(end).toEqual({ status: 'timed_out' });
  });

  it('ends what a finished stage left in the background, and does not wait for it', async () => {
    const { end, lines } = await run(['sleep 300 & echo "$!"']);
    expect(end).toEqual({ status: 'succeeded' });
    await vi.waitFor(() => expect(alive(Number(lines[0]))).toBe(false), { interval: 5 });
  });

  it('ends the stage when the kit itself is killed', async () => {
    const directory = tempDirectory();
    const pidFile = join(directory, 'pid');
    const moduleAt = (file: string): string => new URL(`../../../src/runner/${file}`, import.meta.url).href;
    const kit = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
        import { runCommands } from ${JSON.stringify(moduleAt('run-commands.ts'))};
        import { createScrubber } from ${JSON.stringify(moduleAt('scrubber.ts'))};
        const { PATH } = process.env;
        await runCommands({ commands: ['sleep 300 & echo $! > pid; echo ready; wait'], directory: ${JSON.stringify(directory)},
          environment: { PATH }, timeout: new AbortController().signal, scrubber: createScrubber(), onLine: (line) => console.log(line) });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: directory } },
    );
    onTestFinished(() => void kit.kill('SIGKILL'));
    await new Promise<void>((resolve) => {
      kit.stdout.on('data', (text: Buffer) => text.toString('utf8').includes('ready\n') && resolve());
    });
    const sleeper = Number(readFileSync(pidFile, 'utf8'));
    expect(alive(sleeper)).toBe(true);

    kit.kill('SIGKILL');
    await vi.waitFor(() => expect(alive(sleeper)).toBe(false), { interval: 5, timeout: 5_000 });
  });

  it('leaves no files of its own', async () => {
    const temporary = tempDirectory();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const directory = join(temporary, 'work');
    mkdirSync(directory);
    await run(['true'], directory);
    await run(['false'], directory);
    expect(readdirSync(temporary)).toEqual(['work']);
  });

  it('rejects when the directory is absent', async () => {
    const gone = join(tempDirectory(), 'gone');
    await expect(run(['true'], gone)).rejects.toThrow('ENOENT');
  });

  it('passes nothing of its own environment on', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { lines } = await run(['env']);
    expect(new Set(lines.map((line) => line.split('=')[0]))).toEqual(new Set(['PATH', 'PWD']));
  });
});

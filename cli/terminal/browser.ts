import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program, with its first arguments, that opens an address on this desktop; `undefined` where there is none to see it. */
export function openerOf(platform: NodeJS.Platform, env: Environment): readonly [string, ...string[]] | undefined {
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  if (platform === 'win32') {
    // What `start` does in the end, without a shell that would read the address as a command.
    return ['rundll32', 'url.dll,FileProtocolHandler'];
  }
  if (platform === 'darwin') return has('SSH_CONNECTION') ? undefined : ['open'];
  return has('DISPLAY') || has('WAYLAND_DISPLAY') ? ['xdg-open'] : undefined;
}

/** Opens addresses in the person's browser, where there is one; whether that worked is not known. */
export function browserOf(platform: NodeJS.Platform, env: Environment): ((address: string) => void) | undefined {
  const opener = openerOf(platform, env);
  if (!opener) return undefined;
  const [program, ...first] = opener;
  return (address) => {
    // Whoever asks prints the address as well, so a desktop without a browser is no error.
    spawn(program, [...first, address], { detached: true, stdio: 'ignore' })
      .on('error', () => undefined)
      .unref();
  };
}

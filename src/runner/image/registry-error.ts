import * as z from 'zod';

const body = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })).min(1) });

/** The registry said no, or could not be reached. The message names what was asked and what it answered. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** @param what the request in words, without any credentials */
export async function registryErrorOf(what: string, answer: Response): Promise<RegistryError> {
  const text = await answer.text().catch(() => '');
  return new RegistryError(`${what}: HTTP ${answer.status}${said(text)}`);
}

function said(text: string): string {
  try {
    const first = body.parse(JSON.parse(text)).errors[0];
    return first ? `, ${first.code}${first.message && ` (${first.message})`}` : '';
  } catch {
    return '';
  }
}

import type { IssuerAnswer } from './answer.ts';
import type { LocalUsers } from './local-users.ts';

/** No script, no frame around it, nothing from elsewhere. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Every user as a link to the same request with that user named. */
export function signInPage(users: LocalUsers['users'], request: URLSearchParams, file: string): IssuerAnswer {
  const rows = Object.entries(users).map(([login, { name, roles, groups }]) => {
    const link = new URLSearchParams(request);
    link.set('login_hint', login);
    // Chosen by hand: the request may have asked for the page, and must not get it again.
    link.delete('prompt');
    const about = [roles.join(', ') || 'no role', groups.length > 0 ? `of ${groups.join(', ')}` : 'of no group'];
    return `<li><a href="?${escaped(link.toString())}"><b>${escaped(name ?? login)}</b> <code>${escaped(login)}</code><br><small>${escaped(about.join(', '))}</small></a></li>`;
  });
  return {
    status: 200,
    headers,
    body: page(
      'Sign in',
      `<p>to the deployment service of this machine. Nobody is asked for a password here.</p>
<ul>${rows.join('')}</ul><p><small>The users are those of <code>${escaped(file)}</code>.</small></p>`,
    ),
  };
}

/** What cannot be sent back to the client, because it is not known to be one. */
export function refusalPage(status: number, message: string): IssuerAnswer {
  return { status, headers, body: page('Not signed in', `<p>${escaped(message)}</p>`) };
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Deployment Service</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}
ul{list-style:none;padding:0}a{display:block;padding:.6rem 1rem;margin:.4rem 0;border:1px solid #8886;border-radius:.5rem;color:inherit;text-decoration:none}
a:hover,a:focus{border-color:currentColor}p{white-space:pre-line}</style><h1>${title}</h1>${content}</html>
`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

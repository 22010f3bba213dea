import type { Message } from '#domain/notification/message.ts';

/** The body that an incoming webhook of Slack, or one that is compatible, takes: plain text with its few marks. */
export function slackPayload({ title, lines, nextAction, link }: Message): { readonly text: string } {
  const parts = [
    `*${escaped(title)}*`,
    ...lines.map(escaped),
    ...(nextAction === undefined ? [] : [`Next: ${escaped(nextAction)}`]),
    ...(link === undefined ? [] : [`<${link.replaceAll(/[<>|\s]/g, '')}|Open the deployment>`]),
  ];
  return { text: parts.join('\n') };
}

/** These begin links and mentions there: a commit message must not call everybody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

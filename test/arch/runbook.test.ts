import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alarms } from '#domain/telemetry/alarms/alarm-catalog.ts';
import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import { machineCatalog, projectCatalog } from '#state-machines/catalog.ts';
import { faultsOfAwsCommand } from '#test/support/aws-command-line.ts';
import { runDsctl } from '../../cli/main.ts';
import { givenContext } from '../unit/cli/given-context.ts';

const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
/** What stands before them is for all alarms. */
const introductions = ['How alarms reach you', 'Objectives'];
const sections = text
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ title: section.slice(0, section.indexOf('\n')), body: section }));
const ofAlarms = sections.filter(({ title }) => !introductions.includes(title));

/** As GitHub and GitLab make them. */
const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');
const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
const inline = [...text.matchAll(/`((?:dsctl|aws) [^`]+)`/g)].map(([, command = '']) => command);
const commands = [...blocks.flatMap((block) => block.split('\n')), ...inline]
  .flatMap((line) => [line, ...[...line.matchAll(/\$\(([^)]+)\)/g)].map(([, inner = '']) => inner)])
  .map((line) => line.replace(/ [|>] .*$/, '').trim());
const dsctl = [...new Set(commands.filter((line) => line.startsWith('dsctl ')))];
const aws = [...new Set(commands.filter((line) => line.startsWith('aws ')))];

describe('the runbook', () => {
  test('has a section for each alarm, under its title, in the same order, and no other', () => {
    expect(ofAlarms.map(({ title }) => title)).toEqual(alarms.map(({ title }) => title));
  });

  test('is linked to by anchors that there are', () => {
    expect(alarms.map(({ id }) => id)).toEqual(alarms.map(({ title }) => anchorOf(title)));
    const anchors = sections.map(({ title }) => anchorOf(title));
    const links = [...text.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([]);
  });

  test.each(ofAlarms)(
    '$title says what it means, what people feel, what to look at, what to do, who else, and when it is over',
    ({ body }) => {
      for (const word of ['**Means**', '**People', '```sh', '**Escalate**', '**Over**']) expect(body).toContain(word);
      expect(body).toMatch(/\*\*Do\*\*|First mend why/);
    },
  );

  test.each(dsctl)('%s is a command', async (line) => {
    const [, verb = '', ...rest] = line.split(/\s+/);
    const { context, text: told } = givenContext();
    expect(await runDsctl([verb, '--help'], context)).toBe(0);
    const help = told.out;
    expect(help).toContain(`dsctl ${verb}`);
    for (const option of rest.filter((word) => word.startsWith('-'))) expect(help).toMatch(new RegExp(`${option}\\b`));
  });

  test.each(aws)('%s is a command', async (line) => {
    expect(await faultsOfAwsCommand(line.split(/\s+/))).toEqual([]);
  });

  test('names functions, machines, projects and alarms that there are', () => {
    const functions = functionCatalog.map((row) => functionNameOf(row));
    const machines = machineCatalog.map(({ name }) => `deployment-service-${name}`);
    const projects = projectCatalog.map(({ name }) => `deployment-service-${name}`);
    const named = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);
    expect(named(/\/aws\/lambda\/([\w-]+)/g).filter((name) => !functions.includes(name))).toEqual([]);
    expect(named(/--function-name (deployment-service-[\w-]+)/g).filter((name) => !functions.includes(name))).toEqual(
      [],
    );
    expect(named(/\$MACHINES-([\w-]+)/g).filter((name) => !machines.includes(`deployment-service-${name}`))).toEqual(
      [],
    );
    expect(
      named(/(?:--project-name|--names) (deployment-service-[\w-]+)/g).filter((name) => !projects.includes(name)),
    ).toEqual([]);
    const ids = alarms.map(({ id }) => `deployment-service-${id}`);
    const shown = commands
      .filter((line) => line.includes('--alarm-names'))
      .flatMap((line) => line.split(/\s+/).slice(4));
    expect(shown.filter((name) => !ids.includes(name.replace(/-\d+$/, '')))).toEqual([]);
  });
});

describe('the check of commands', () => {
  test('knows what the command line of AWS does not have', async () => {
    expect(await faultsOfAwsCommand('aws lambda envoke --function-name x'.split(' '))).toHaveLength(1);
    expect(await faultsOfAwsCommand('aws lambda invoke --function x'.split(' '))).toHaveLength(1);
    expect(await faultsOfAwsCommand('aws sqs redrive --queue-url x'.split(' '))).toHaveLength(1);
  });
});

import { expect, it } from 'vitest';
import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import { beyondGrants, unusedGrants, type Granted, type Reasons } from './compare-grants.ts';
import { grantedRoles } from './granted-roles.ts';
import type { Statement } from './policies.ts';
import { actionsFor, readCalls } from './recorded-calls.ts';
import { unusedGrantReasons } from './unused-grants.ts';

const allow = (Action: string[], Resource = ['records']): Statement => ({ Effect: 'Allow', Action, Resource });
const roles = (own: Statement[], assumed: Statement[] = []): Granted => ({ needs: ['table:read'], own, assumed });
const none: Reasons = { ofAction: {}, ofCapability: {}, ofFunction: {} };

it('a call that a role of the function allows is fine, and each other one is told', () => {
  const granted = new Map([
    ['reader', roles([allow(['dynamodb:GetItem'])])],
    ['releaser', roles([allow(['sts:AssumeRole'])], [allow(['lambda:UpdateAlias'])])],
  ]);
  const calls = readCalls(
    [
      'reader dynamodb GetItem -',
      'reader dynamodb GetItem -',
      'reader dynamodb TransactWriteItems/Delete -',
      'releaser lambda PUT:/2015-03-31/functions/*/aliases/* -',
      'reader lambda PUT:/2015-03-31/functions/*/aliases/* -',
      'somebody dynamodb CreateTable -',
      '',
    ].join('\n'),
  );
  expect(calls).toHaveLength(5);
  expect(beyondGrants(calls, granted)).toEqual([
    'reader calls dynamodb:DeleteItem, which none of its roles allows.',
    'reader calls lambda:UpdateAlias, which none of its roles allows.',
  ]);
});

it.each([
  ['GetObject', 'sources', ['data/Blobs.Arn/sources/*'], true],
  ['GetObject', 'plans', ['data/Blobs.Arn/sources/*'], false],
  ['GetObject', 'plans', ['data/Blobs.Arn/*'], true],
  ['GetObject', 'artifacts', ['arn:aws:s3:::blobs/artifacts/orders/*'], true],
  ['PutObject', 'sources', ['data/Blobs.Arn/sources/*'], false],
])('s3 %s of an object below %s, with s3:GetObject on %j: allowed is %s', (operation, prefix, resources, allowed) => {
  const granted = new Map([['reader', roles([allow(['s3:GetObject'], resources)])]]);
  const told = beyondGrants(readCalls(`reader s3 ${operation} ${prefix}`), granted);
  expect(told).toEqual(allowed ? [] : [`reader calls s3:${operation} on ${prefix}/, which none of its roles allows.`]);
});

it('a grant that is not used wants a reason, by action, by capability or by function', () => {
  const granted = new Map([['reader', roles([allow(['dynamodb:GetItem', 'dynamodb:Query', 'kms:Sign'])])]]);
  const calls = readCalls('reader dynamodb GetItem -');
  expect(unusedGrants(calls, granted, none)).toEqual([
    'reader is granted dynamodb:Query, which no test sees it use.',
    'reader is granted kms:Sign, which no test sees it use.',
  ]);
  const ofAction = { 'kms:Sign': 'Because.' };
  const ofCapability = { 'table:read': { 'dynamodb:Query': 'Because.' } };
  expect(unusedGrants(calls, granted, { ...none, ofAction, ofCapability })).toEqual([]);
  // Used by chance, it may keep its reason; what is not granted may not.
  const ofFunction = { reader: { 'dynamodb:Query': 'Because.', 'dynamodb:GetItem': 'Because.', 'kms:Verify': 'No.' } };
  expect(unusedGrants(calls, granted, { ...none, ofAction, ofFunction })).toEqual([
    'unused-grants.ts explains kms:Verify of reader, which is not granted.',
  ]);
});

it('what services let a release do is used by one of the functions that release', () => {
  const deployRole = [allow(['lambda:GetAlias', 'lambda:UpdateAlias'])];
  const granted = new Map([
    ['prepare', roles([], deployRole)],
    ['shift', roles([], deployRole)],
  ]);
  const calls = readCalls('shift lambda PUT:/2015-03-31/functions/*/aliases/* -');
  expect(unusedGrants(calls, granted, none)).toEqual([
    'A deploy role allows lambda:GetAlias, which no test sees a release use.',
  ]);
});

it('a route that no action is known for is no guess', () => {
  const [call] = readCalls('reader lambda DELETE:/2015-03-31/functions/* -');
  expect(() => actionsFor(call as NonNullable<typeof call>)).toThrow('Which action does IAM want');
});

it('every function of the catalog has roles in the templates, and a name that its SDK clients can bear', () => {
  const granted = grantedRoles();
  const names = functionCatalog.map((row) => functionNameOf(row));
  expect([...granted.keys()]).toEqual(names);
  // The SDK leaves out a longer one, with a warning.
  for (const name of names) expect(name).toMatch(/^[\w-]{1,50}$/);
  const releasing = granted.get('deployment-service-shift-traffic');
  expect(releasing?.assumed.flatMap(({ Action }) => Action)).toEqual(
    expect.arrayContaining(['lambda:UpdateAlias', 'ecs:UpdateService']),
  );
  expect(granted.get('deployment-service-create-deployment')?.assumed).toEqual([]);
});

it('each reason is a sentence about something that the templates grant', () => {
  const granted = [...grantedRoles().values()].flatMap(({ own, assumed }) => [...own, ...assumed]);
  const actions = new Set(granted.flatMap(({ Action }) => Action));
  const { ofAction, ofCapability, ofFunction } = unusedGrantReasons;
  const reasons = [ofAction, ...Object.values(ofCapability), ...Object.values(ofFunction)].flatMap(Object.entries);
  for (const [action, reason] of reasons) {
    expect([...actions]).toContain(action);
    expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  }
});

import '#test/support/quiet-logs.ts';
import { describe, expect, test } from 'vitest';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { problem } from '#schemas/api/problem.ts';
import { errorCode } from '#schemas/workflows/failure.ts';
import { problemOf, Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { withDeps } from '#runtime/deps.ts';
import { apiEvent, lambdaContext } from './api-event.ts';

const good = apiEvent({
  body: JSON.stringify({ service: 'orders', environment: 'staging', commit: 'a'.repeat(40) }),
  headers: { 'x-correlation-id': 'corr-7' },
});

/** What a client gets when the operation throws this. */
async function answerTo(error: unknown, event = good) {
  const handler = apiHandler(createDeployment, () => Promise.reject(error as Error));
  const answer = await withDeps({} as Deps, () => handler(event, lambdaContext));
  return {
    status: answer.statusCode,
    headers: answer.headers ?? {},
    text: answer.body,
    body: problem.parse(JSON.parse(answer.body)),
  };
}

function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error(`secret of ${name}`), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
    ...more,
  });
}

describe('an operation', () => {
  test('answers JSON with its status, its own headers and the correlation id', async () => {
    const body = { id: 'dep_1' } as never;
    const handler = apiHandler(createDeployment, () =>
      Promise.resolve({ status: 201, body, headers: { location: '/x' } }),
    );
    const answer = await withDeps({} as Deps, () => handler(good, lambdaContext));
    expect(answer).toEqual({
      statusCode: 201,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-correlation-id': 'corr-7',
        location: '/x',
      },
      body: '{"id":"dep_1"}',
    });
  });

  test('gets the request and the dependencies of its invocation', async () => {
    const own = { settings: { repositorySchemes: ['own'] } } as unknown as Deps;
    const handler = apiHandler(createDeployment, ({ body, caller }, deps) =>
      Promise.resolve({ status: 200, body: { ...body, by: caller.subject, seen: deps.settings } as never }),
    );
    const { body } = await withDeps(own, () => handler(good, lambdaContext));
    expect(JSON.parse(body)).toMatchObject({ service: 'orders', by: 'ada', seen: { repositorySchemes: ['own'] } });
  });
});

describe('a problem', () => {
  test.each(errorCode.options)('%s has its status, its title and its text', async (code) => {
    const { status, headers, body } = await answerTo(new Refusal(code, 'What went wrong.'));
    expect(status).toBe(problemOf[code].status);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
    expect(body).toEqual({
      type: `urn:deployment-service:problem:${code}`,
      title: problemOf[code].title,
      status,
      code,
      detail: 'What went wrong.',
      requestId: 'request-1',
    });
    expect(headers['www-authenticate']).toBe(code === 'unauthenticated' ? 'Bearer' : undefined);
    expect(headers['retry-after']).toBeUndefined();
  });

  test('has the faults of a request', async () => {
    const faults = [{ pointer: '/a', message: 'must be b', suggestion: 'c', line: 3, column: 4 }];
    expect((await answerTo(new Refusal('validation_error', 'No.', { faults }))).body.faults).toEqual(faults);
  });

  test('is what a request becomes that does not fit its contract', async () => {
    const { status, body } = await answerTo(new Error('not reached'), apiEvent({ body: '{}' }));
    expect(status).toBe(422);
    expect(body.faults?.map(({ pointer }) => pointer)).toEqual(['/service', '/environment', '/commit']);
  });

  test('says when to come back, where that helps', async () => {
    const later = new Refusal('rate_limited', 'Slowly.', { retryAfterSeconds: 17 });
    expect((await answerTo(later)).headers['retry-after']).toBe('17');
    const soon = new Refusal('unavailable', 'Soon.', { transient: true });
    expect((await answerTo(soon)).headers['retry-after']).toBe('1');
  });

  test.each([
    awsError('ThrottlingException'),
    awsError('ProvisionedThroughputExceededException'),
    awsError('TooManyRequestsException', { $metadata: { httpStatusCode: 429 } }),
    awsError('InternalServerError', { $fault: 'server', $metadata: { httpStatusCode: 500 } }),
    awsError('TransactionCanceledException', { CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }] }),
    Object.assign(new Error('secret host'), { code: 'ECONNRESET' }),
  ])('of a busy service is 503 with Retry-After and none of its words: $name', async (error) => {
    const { status, headers, text } = await answerTo(error);
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(text).not.toContain('secret');
  });

  test.each([
    new TypeError('secret of the code'),
    awsError('ValidationException'),
    awsError('AccessDeniedException'),
    awsError('TransactionCanceledException', { CancellationReasons: [{ Code: 'ValidationError' }] }),
    'secret text',
    { secret: true },
    undefined,
    null,
  ])('of a bug is a bare 500: %s', async (error) => {
    const { status, headers, text, body } = await answerTo(error);
    expect(status).toBe(500);
    expect(text).not.toMatch(/secret|Exception|TypeError|\.ts/);
    expect(body).toMatchObject({ code: 'internal_error', requestId: 'request-1' });
    expect(headers['retry-after']).toBeUndefined();
  });
});

import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callJson } from '#local/gateway/call-json.ts';
import { BODY_LIMIT_BYTES, createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { inProcess } from '#local/gateway/request-handler.ts';
import { serveGateway, type ServedGateway } from '#local/gateway/serve-gateway.ts';
import { ServiceFault, type WireRequest, type WireService } from '#local/gateway/wire.ts';
import { against } from '#test/support/clients.ts';

const states = jsonService({
  name: 'states',
  targetPrefix: 'AWSStepFunctions',
  version: '1.0',
  operations: {
    CreateStateMachine: (input) => {
      if (input['name'] === 'taken') {
        throw new ServiceFault('StateMachineAlreadyExists', 'It is there.', { members: { resource: 'taken' } });
      }
      if (input['name'] === 'bug') throw new Error('secret detail');
      return { stateMachineArn: `arn:${String(input['name'])}`, creationDate: 1 };
    },
  },
});

/** Says what reached it, so that the two ways in can be compared. */
const echo: WireService = {
  name: 'echo',
  async handle(request) {
    const { method, path, query, headers, body } = request;
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          method,
          path,
          query: [...query],
          mark: headers['x-amz-mark'],
          body: Buffer.from(body).toString('base64'),
        }),
      ),
    };
  },
};

const machine = { definition: '{}', roleArn: 'arn:aws:iam::000000000000:role/r' };
const served: ServedGateway[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of served.splice(0)) await each.close();
});

async function serve(gateway: Gateway): Promise<ServedGateway> {
  const each = await serveGateway(gateway, { port: 0, host: '127.0.0.1' });
  served.push(each);
  return each;
}

describe.each(['in process', 'over a socket'])('a stock client %s', (way) => {
  async function client(): Promise<SFNClient> {
    const gateway = createGateway([states, echo]);
    if (way === 'in process') return new SFNClient(against(gateway));
    const { port } = await serve(gateway);
    return new SFNClient({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  }

  it('gets the output and a request id', async () => {
    const answer = await (await client()).send(new CreateStateMachineCommand({ name: 'a', ...machine }));
    expect(answer.stateMachineArn).toBe('arn:a');
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("gets a refusal as the SDK's own exception", async () => {
    const call = (await client()).send(new CreateStateMachineCommand({ name: 'taken', ...machine }));
    await expect(call).rejects.toMatchObject({ name: 'StateMachineAlreadyExists', message: 'It is there.' });
  });

  it('hears of a bug without its details', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const failed: unknown = await (
      await client()
    )
      .send(new CreateStateMachineCommand({ name: 'bug', ...machine }))
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    expect(String(failed)).not.toContain('secret');
    expect(said).toHaveBeenCalledOnce();
  });

  it('can give a call up', async () => {
    const abort = new AbortController();
    abort.abort();
    const call = (await client()).send(new CreateStateMachineCommand({ name: 'a', ...machine }), {
      abortSignal: abort.signal,
    });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sends no body that makes the SDK warn', async () => {
    // The SDK warns once a minute at most: the clock is moved, so that an earlier warning hides nothing.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await (await client()).send(new CreateStateMachineCommand({ name: 'a', ...machine }));
    expect(warned).not.toHaveBeenCalled();
  });
});

it('hands the same request on, whichever way it came', async () => {
  const gateway = createGateway([echo]);
  const { port } = await serve(gateway);
  const headers = {
    authorization: 'AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/echo/aws4_request, Signature=x',
    'X-Amz-Mark': 'here',
  };
  const body = Buffer.from([0, 255, 13, 10]);
  const overSocket: unknown = await (
    await fetch(`http://127.0.0.1:${port}/a%20b/%C3%A9?empty=&list=1&list=2&plus=a%2Bb%20c`, {
      method: 'PUT',
      headers,
      body,
    })
  ).json();
  const { response } = await inProcess(gateway).handle({
    method: 'PUT',
    path: '/a%20b/%C3%A9',
    query: { empty: '', list: ['1', '2'], plus: 'a+b c' },
    headers,
    body,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(chunk as Buffer);
  expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(overSocket);
  expect(overSocket).toEqual({
    method: 'PUT',
    path: '/a%20b/%C3%A9',
    query: [
      ['empty', ''],
      ['list', '1'],
      ['list', '2'],
      ['plus', 'a+b c'],
    ],
    mark: 'here',
    body: 'AP8NCg==',
  });
});

describe('the gateway', () => {
  const signed = (service: string): WireRequest => ({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/${service}/aws4_request` },
    body: new Uint8Array(),
  });

  it('names a service that it does not have', async () => {
    const answer = await createGateway([states]).handle(signed('redshift'));
    expect(answer.status).toBe(404);
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      __type: 'UnknownServiceException',
      message: 'The local endpoint has no service "redshift".',
    });
  });

  it('finds the service of a pre-signed link in its query', async () => {
    const request = signed('none');
    const answer = await createGateway([echo]).handle({
      ...request,
      headers: {},
      query: new URLSearchParams({ 'X-Amz-Credential': 'k/20260101/eu-west-1/echo/aws4_request' }),
    });
    expect(answer.status).toBe(200);
  });

  it('does not take what every object inherits for an operation', async () => {
    const call = callJson(
      createGateway([states]),
      { service: 'states', target: 'AWSStepFunctions.constructor', version: '1.0' },
      {},
    );
    await expect(call).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('lets callers inside the host call one operation, with errors named as AWS names them', async () => {
    const gateway = createGateway([states]);
    const call = { service: 'states', target: 'AWSStepFunctions.CreateStateMachine', version: '1.0' } as const;
    await expect(callJson(gateway, call, { name: 'b' })).resolves.toMatchObject({ stateMachineArn: 'arn:b' });
    await expect(callJson(gateway, call, { name: 'taken' })).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
      message: 'It is there.',
      status: 400,
      members: { resource: 'taken' },
    });
  });
});

describe('the socket', () => {
  it('says which port is taken', async () => {
    const gateway = createGateway([echo]);
    const { port } = await serve(gateway);
    await expect(serveGateway(gateway, { port, host: '127.0.0.1' })).rejects.toMatchObject({ name: 'PortTaken', port });
  });

  it('refuses a body over the limit in the shape of the service, as the way in process does', async () => {
    const gateway = createGateway([echo]);
    const { port } = await serve(gateway);
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/echo/aws4_request' };
    const body = Buffer.alloc(BODY_LIMIT_BYTES + 1);
    const overSocket = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    expect(overSocket.status).toBe(413);
    expect(await overSocket.json()).toMatchObject({ __type: 'RequestEntityTooLargeException' });
    const { response } = await inProcess(gateway).handle({ method: 'POST', path: '/', headers, body });
    expect(response.statusCode).toBe(413);
  });

  it('keeps a connection for the next request', async () => {
    const { port } = await serve(createGateway([echo]));
    const socket = connect(port, '127.0.0.1');
    const request =
      'GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: AWS4-HMAC-SHA256 Credential=k/20260101/r/echo/aws4_request\r\n\r\n';
    let text = '';
    const answers = Promise.withResolvers<void>();
    socket.on('data', (data) => {
      text += data.toString();
      const count = text.split('HTTP/1.1 200').length - 1;
      if (count === 1 && !text.includes('second')) {
        text += 'second';
        socket.write(request);
      } else if (count === 2) answers.resolve();
    });
    socket.write(request);
    await answers.promise;
    socket.destroy();
  });

  it('lets an answer that is under way finish before it closes', async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const slow: WireService = {
      name: 's3',
      async handle() {
        arrived.resolve();
        await release.promise;
        return { status: 200, headers: {}, body: Buffer.from('whole') };
      },
    };
    const each = await serveGateway(createGateway([slow]), { port: 0, host: '127.0.0.1' });
    const answer = fetch(`http://127.0.0.1:${each.port}/`);
    await arrived.promise;
    const closed = each.close();
    release.resolve();
    expect(await (await answer).text()).toBe('whole');
    await closed;
    await expect(fetch(`http://127.0.0.1:${each.port}/`)).rejects.toThrow();
  });
});

import { expect, test } from 'vitest';
import { signRequest } from '#adapters/otlp/sign-request.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const toXray = {
  method: 'POST',
  url: new URL('https://xray.eu-west-1.amazonaws.com/v1/traces'),
  headers: { 'content-type': 'application/json' },
  body: '{"resourceSpans":[]}',
};
const signing = { credentials, region: 'eu-west-1', service: 'xray', now: new Date('2026-01-01T12:00:00.000Z') };

test('a signature is that of the published test suite', () => {
  // `post-vanilla` of the suite for Signature Version 4.
  const signed = signRequest(
    { method: 'POST', url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' },
    { credentials, region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00.000Z') },
  );
  expect(signed).toEqual({
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  });
});

// The signatures are those that the SDK's own signer makes of the same requests.
test('a request to X-Ray is signed as the SDK signs it', () => {
  expect(signRequest(toXray, signing)['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/xray/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=28791cd575ef11195007cd954ab8646fe0d93d5be70e554642571f67cfa215c1',
  );
});

test('the token of a role is sent and signed', () => {
  const signed = signRequest(toXray, { ...signing, credentials: { ...credentials, sessionToken: 'tok/en==' } });
  expect(signed['x-amz-security-token']).toBe('tok/en==');
  expect(signed['authorization']).toMatch(/f9fa704b39875085a15286311fc08cd85fce3a660ae51e838d2c309123ed4f2b$/);
});

test('what is signed cannot be changed: body, header, time and region are part of it', () => {
  const others = [
    signRequest({ ...toXray, body: '{}' }, signing),
    signRequest({ ...toXray, headers: { 'content-type': 'text/plain' } }, signing),
    signRequest(toXray, { ...signing, now: new Date('2026-01-01T12:00:01.000Z') }),
    signRequest(toXray, { ...signing, region: 'eu-west-2' }),
    signRequest(toXray, signing),
  ].map(({ authorization = '' }) => authorization.slice(-64));
  expect(new Set(others).size).toBe(5);
});

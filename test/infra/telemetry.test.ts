import { describe, expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { deploymentEnds } from '#schemas/events/deployment-ends.ts';
import { readSettings } from '#infra/settings.ts';
import { completeContext, deploymentServiceWith, ofType, resourcesOf, type Resource } from './synthesized.ts';

const exporter = 'on-run-ended';

/** The variables and the permissions for traces, by the functions that have any. */
function tracing(context: Readonly<Record<string, string>>) {
  const resources = resourcesOf(deploymentServiceWith({ ...completeContext, ...context }));
  const holders = resources
    .filter(({ type, properties }) => type === 'AWS::Lambda::Function' && JSON.stringify(properties).includes('OTEL_'))
    .map(({ properties }) => ({
      name: properties['FunctionName'],
      variables: (properties['Environment'] as { readonly Variables: Readonly<Record<string, string>> }).Variables,
    }));
  const granted = resources
    .filter(({ type }) => type === 'AWS::IAM::Policy')
    .flatMap(
      (policy: Resource) =>
        JSON.stringify(policy.properties).match(
          /xray:PutSpans\w*|secret:deployment-service\/(?!webhooks|tokens)[^"]*/g,
        ) ?? [],
    );
  return { holders, granted };
}

describe('traces', () => {
  it('go nowhere unless somebody says whereto', () => {
    expect(tracing({})).toEqual({ holders: [], granted: [] });
  });

  it('go to X-Ray, by the one function that tells of them', () => {
    const { holders, granted } = tracing({ traceEndpoint: 'xray' });
    expect(holders).toMatchObject([
      {
        name: `deployment-service-${exporter}`,
        variables: { OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringMatching(/^https:\/\/xray\.eu-west-1\./) as string },
      },
    ]);
    expect(granted).toEqual(['xray:PutSpans', 'xray:PutSpansForIndexing']);
  });

  it('go to a receiver with a header out of one secret, and no other', () => {
    const { holders, granted } = tracing({
      traceEndpoint: 'https://otlp.example.com',
      traceHeadersSecret: 'deployment-service/otlp',
    });
    expect(holders).toMatchObject([
      {
        name: `deployment-service-${exporter}`,
        variables: {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com',
          OTEL_EXPORTER_OTLP_HEADERS_SECRET: 'deployment-service/otlp',
        },
      },
    ]);
    expect(granted).toEqual(['secret:deployment-service/otlp-??????']);
  });

  it.each([
    { traceEndpoint: 'http://otlp.example.com' },
    { traceEndpoint: 'x-ray' },
    { traceEndpoint: 'xray', traceHeadersSecret: 'orders/token' },
  ])('are refused as %j', (context) => {
    const given: Readonly<Record<string, string | undefined>> = { ...completeContext, ...context };
    expect(() => readSettings((name) => given[name])).toThrow(/trace/);
  });
});

describe('events of runs', () => {
  it.each([exporter, 'on-run-measured'])('reach %s, and a queue when it cannot take them', (name) => {
    const row = functionCatalog.find((each) => nameOf(each) === name);
    expect(row?.trigger.kind).toBe('event');
    const rule = ofType('AWS::Events::Rule').find(
      ({ properties }) => properties['Name'] === `deployment-service-${name}`,
    );
    const text = JSON.stringify(rule?.properties);
    for (const { type } of deploymentEnds) expect(text).toContain(`"${type}"`);
    expect(text).toContain('DeadLetterConfig');
    const configured = ofType('AWS::Lambda::EventInvokeConfig').filter(({ properties }) =>
      JSON.stringify(properties['FunctionName']).includes(name.replaceAll('-', '')),
    );
    expect(configured).toHaveLength(1);
  });
});

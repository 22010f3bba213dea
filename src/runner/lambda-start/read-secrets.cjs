// Prints the secrets that DEPLOYMENT_SECRETS names as shell exports, for `with-secrets`. Shipped in every artifact for
// Lambda and run by the runtime's own Node with the runtime's own SDK: plain JavaScript, and CommonJS, since only `require`
// looks where Lambda keeps the SDK.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return, typescript/no-require-imports
   -- without types, everything it touches is unknown to the linter */
'use strict';

// An environment has ten seconds to start, and the SDK asks three times.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_500 };
const mostParameters = 10;

/** What the owner of the function can do about it. The texts of errors are not shown: they may quote what was read. */
const remedies = {
  secretsmanager: "the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on a key of your own",
  ssm: "the function's role needs ssm:GetParameters on it, and kms:Decrypt on a key of your own",
};

void main();

async function main() {
  const wanted = Object.entries(JSON.parse(process.env.DEPLOYMENT_SECRETS || '{}')).map(([name, reference]) => ({
    name,
    reference,
    ...parse(reference),
  }));
  const results = (await Promise.all([readSecrets(wanted), readParameters(wanted)])).flat();
  const faults = results.filter(({ fault }) => fault !== undefined);
  for (const { name, reference, fault } of faults) {
    console.error(`deployment-service: the secret ${name} (${reference}) cannot be had: ${fault}`);
  }
  if (faults.length > 0) {
    process.exitCode = 1;
    return;
  }
  const lines = results.map(({ name, value }) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  process.stdout.write(lines.join(''));
}

function parse(reference) {
  const [, store, path, key] = /^(secretsmanager|ssm):([^#]+)(?:#(.+))?$/.exec(reference) ?? [];
  return { store, path, key };
}

async function readSecrets(wanted) {
  const own = wanted.filter(({ store }) => store === 'secretsmanager');
  if (own.length === 0) return [];
  const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ requestHandler });
  const paths = [...new Set(own.map(({ path }) => path))];
  const answers = await Promise.all(
    paths.map((path) =>
      client.send(new GetSecretValueCommand({ SecretId: path })).then(
        ({ SecretString }) => ({ text: SecretString }),
        (error) => ({ fault: faultOf(error, 'secretsmanager') }),
      ),
    ),
  );
  const byPath = new Map(paths.map((path, index) => [path, answers[index]]));
  return own.map((secret) => {
    const { text, fault } = byPath.get(secret.path);
    return { ...secret, ...(fault === undefined ? valueIn(text, secret.key) : { fault }) };
  });
}

async function readParameters(wanted) {
  const own = wanted.filter(({ store }) => store === 'ssm');
  if (own.length === 0) return [];
  const { SSMClient, GetParametersCommand } = require('@aws-sdk/client-ssm');
  const client = new SSMClient({ requestHandler });
  const paths = [...new Set(own.map(({ path }) => path))];
  const found = new Map();
  for (let at = 0; at < paths.length; at += mostParameters) {
    const Names = paths.slice(at, at + mostParameters);
    try {
      const { Parameters = [] } = await client.send(new GetParametersCommand({ Names, WithDecryption: true }));
      for (const { Name, Value } of Parameters) found.set(Name, checked(Value));
      for (const name of Names) if (!found.has(name)) found.set(name, { fault: 'there is no such parameter' });
    } catch (error) {
      for (const name of Names) found.set(name, { fault: faultOf(error, 'ssm') });
    }
  }
  return own.map((secret) => ({ ...secret, ...found.get(secret.path) }));
}

function valueIn(text, key) {
  if (text === undefined) return { fault: 'it holds bytes, not text' };
  if (key === undefined) return checked(text);
  let members;
  try {
    members = JSON.parse(text);
  } catch {
    return { fault: 'its value is not JSON, so it has no keys' };
  }
  const value =
    typeof members === 'object' && members !== null && Object.hasOwn(members, key) ? members[key] : undefined;
  if (value === undefined) return { fault: `its value has no key "${key}"` };
  return checked(typeof value === 'string' ? value : JSON.stringify(value));
}

function checked(value) {
  return value.includes('\0') ? { fault: 'its value has a NUL, which no variable can hold' } : { value };
}

function faultOf(error, store) {
  if (error.name === 'ResourceNotFoundException') return 'there is no such secret';
  const denied = error.name.startsWith('AccessDenied') || error.name === 'DecryptionFailure';
  return denied ? `${error.name}: ${remedies[store]}` : error.name;
}

// The program inside every environment: loads the function's handler, then asks the Runtime API for one event after another.
// Plain JavaScript without dependencies, because it runs beside code that is not ours.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return -- without types, everything it touches is unknown to the linter */
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const [host, ...prefix] = process.env.AWS_LAMBDA_RUNTIME_API.split('/');
const base = ['', ...prefix, '2018-06-01', 'runtime'].join('/');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const nodeMajor = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1] ?? 24);
const writeOut = process.stdout.write.bind(process.stdout);
const writeErr = process.stderr.write.bind(process.stderr);
let requestId;

patchConsole();
process.on('uncaughtException', (error) => void giveUp(error, 129));
process.on('unhandledRejection', (reason) => {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  void giveUp(Object.assign(new Error(text), { name: 'Runtime.UnhandledPromiseRejection' }), 128);
});
void serve();

async function serve() {
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    await giveUp(error, 1);
    return;
  }
  for (;;) {
    const { headers, body } = await call('GET', '/invocation/next');
    requestId = headers['lambda-runtime-aws-request-id'];
    const finished = requestId;
    let answer;
    try {
      const result = await run(handler, JSON.parse(body), contextOf(headers));
      answer = ['/response', stringify(result === undefined ? null : result)];
    } catch (error) {
      answer = ['/error', describe(error)];
      console.error('Invoke Error', '\t', describe(error));
    }
    endLog(finished);
    await call('POST', `/invocation/${finished}${answer[0]}`, answer[1]);
    requestId = undefined;
  }
}

function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => {
      const settle = () => (error ? reject(error) : resolve(result));
      if (context.callbackWaitsForEmptyEventLoop) process.once('beforeExit', settle);
      else settle();
    };
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function loadHandler(root, name) {
  const [, file, path] = /^([^.]*)\.(.+)$/.exec(basename(name)) ?? [];
  if (!file) throw named('Runtime.MalformedHandlerName', `Bad handler ${name}`);
  const module = await loadModule(resolve(root, dirname(name), file), root);
  const handler = path.split('.').reduce((value, key) => value?.[key], module);
  if (handler === undefined) throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${name} is not a function`);
  if (handler.length > 2 && nodeMajor >= 24) {
    throw named('Runtime.CallbackHandlerDeprecated', `${name} takes a callback, which Node.js 24 functions cannot.`);
  }
  return handler;
}

async function loadModule(stem, root) {
  const path = ['', '.js', '.mjs', '.cjs'].map((ending) => stem + ending).find((each) => existsSync(each));
  if (!path) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${basename(stem)}'`);
  try {
    if (isModule(path, root)) return await import(pathToFileURL(path).href);
    return createRequire(path)(path);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(error?.code)) {
      throw named('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    }
    throw error;
  }
}

function isModule(path, root) {
  if (path.endsWith('.mjs')) return true;
  if (path.endsWith('.cjs')) return false;
  for (let folder = dirname(path); folder.startsWith(root); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
}

/** Reports what cannot be recovered from and ends: the next event gets a fresh process. */
async function giveUp(error, exitCode) {
  const failed = requestId;
  console.error(failed ? 'Invoke Error' : 'Init Error', '\t', describe(error));
  if (failed) endLog(failed);
  await call('POST', failed ? `/invocation/${failed}/error` : '/init/error', describe(error));
  process.exit(exitCode);
}

function call(method, path, body) {
  return new Promise((resolve) => {
    const request = http.request(`http://${host}${base}${path}`, { method, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', () => process.exit(1));
    });
    // Without its host this process has nobody to work for.
    request.on('error', () => process.exit(1));
    request.end(body);
  });
}

/** Marks in both streams where the output of a request ends, since they travel apart from its answer. */
function endLog(id) {
  writeOut(`\0end ${id}\n`);
  writeErr(`\0end ${id}\n`);
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => {
      const text = format(...values).replaceAll('\n', '\r');
      writeOut(`${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${text}\n`);
    };
  }
}

function stringify(result) {
  try {
    return JSON.stringify(result);
  } catch (error) {
    throw named('Runtime.MarshalError', 'Unable to stringify response body', error);
  }
}

function describe(error) {
  return JSON.stringify(
    error instanceof Error
      ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
  );
}

function named(name, message, cause) {
  const error = new Error(message, cause ? { cause } : undefined);
  error.name = name;
  if (cause?.stack) error.stack = cause.stack;
  return error;
}

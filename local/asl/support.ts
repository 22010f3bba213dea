/** What a field may hold. `!` marks a field that must be there. */
export type Kind =
  | 'text'
  | 'version'
  | 'query-language'
  | 'template'
  | 'expression'
  | 'machine-timeout'
  | 'task-timeout'
  | 'heartbeat'
  | 'wait-seconds'
  | 'timestamp'
  | 'state-name'
  | 'true'
  | 'assign'
  | 'resource'
  | 'error-names'
  | 'interval'
  | 'backoff'
  | 'attempts'
  | 'max-delay'
  | 'jitter'
  | 'states'
  | 'branches'
  | 'processor'
  | 'inline'
  | 'items'
  | 'concurrency'
  | 'choices'
  | 'retriers'
  | 'catchers';
export type FieldTable = Readonly<Record<string, Kind | `${Kind}!`>>;

const described = { Comment: 'text', QueryLanguage: 'query-language' } as const;
const exit = { Output: 'template', Assign: 'assign' } as const;
const onward = { ...exit, Next: 'state-name', End: 'true' } as const;
const guarded = { Retry: 'retriers', Catch: 'catchers' } as const;

/** The closed list of what the interpreter runs. A definition that uses anything else is refused, never half run. */
export const SUPPORTED = {
  machine: {
    Comment: 'text',
    QueryLanguage: 'query-language!',
    StartAt: 'state-name!',
    States: 'states!',
    TimeoutSeconds: 'machine-timeout',
    Version: 'version',
  },
  branch: { Comment: 'text', StartAt: 'state-name!', States: 'states!' },
  processor: { Comment: 'text', ProcessorConfig: 'inline', StartAt: 'state-name!', States: 'states!' },
  states: {
    Task: {
      ...described,
      ...onward,
      ...guarded,
      Resource: 'resource!',
      Arguments: 'template!',
      TimeoutSeconds: 'task-timeout',
      HeartbeatSeconds: 'heartbeat',
    },
    Parallel: { ...described, ...onward, ...guarded, Branches: 'branches!', Arguments: 'template' },
    Map: {
      ...described,
      ...onward,
      ...guarded,
      Items: 'items',
      ItemSelector: 'template',
      ItemProcessor: 'processor!',
      MaxConcurrency: 'concurrency',
    },
    Choice: { ...described, ...exit, Choices: 'choices!', Default: 'state-name' },
    Wait: { ...described, ...onward, Seconds: 'wait-seconds', Timestamp: 'timestamp' },
    Pass: { ...described, ...onward },
    Succeed: { ...described, Output: 'template' },
    Fail: { ...described, Error: 'text', Cause: 'text' },
  },
  rule: { Comment: 'text', ...exit, Condition: 'expression!', Next: 'state-name!' },
  retrier: {
    Comment: 'text',
    ErrorEquals: 'error-names!',
    IntervalSeconds: 'interval',
    BackoffRate: 'backoff',
    MaxAttempts: 'attempts',
    MaxDelaySeconds: 'max-delay',
    JitterStrategy: 'jitter',
  },
  catcher: { Comment: 'text', ...exit, ErrorEquals: 'error-names!', Next: 'state-name!' },
  resources: [
    'arn:aws:states:::lambda:invoke',
    'arn:aws:states:::lambda:invoke.waitForTaskToken',
    'arn:aws:states:::codebuild:startBuild.sync',
    'arn:aws:states:::states:startExecution.sync:2',
  ],
} as const satisfies {
  machine: FieldTable;
  branch: FieldTable;
  processor: FieldTable;
  states: Record<string, FieldTable>;
  rule: FieldTable;
  retrier: FieldTable;
  catcher: FieldTable;
  resources: readonly string[];
};

const onwardOrEnd = ['Next', 'End'] as const;

/** Groups of fields of which exactly one must be there. */
export const EXACTLY_ONE = {
  Task: [onwardOrEnd],
  Parallel: [onwardOrEnd],
  Map: [onwardOrEnd],
  Choice: [],
  Wait: [onwardOrEnd, ['Seconds', 'Timestamp']],
  Pass: [onwardOrEnd],
  Succeed: [],
  Fail: [],
} as const satisfies Record<keyof typeof SUPPORTED.states, readonly (readonly string[])[]>;

/** What a placeholder `${Name}` in a definition stands for; each kind gives a value and, in the stack, a grant. */
export type Binding =
  /** The ARN of a function of the catalog, by name; grants its invocation. */
  | { readonly kind: 'function'; readonly name: string }
  /** The name of a build project; grants starting, stopping and reading its builds. */
  | { readonly kind: 'project'; readonly name: ProjectName }
  /** The ARN of another machine of this catalog, by name; grants starting, reading and stopping its executions. */
  | { readonly kind: 'machine'; readonly name: string }
  /** The name of the blob bucket. Grants nothing: builds read it by their own role. */
  | { readonly kind: 'blob-bucket' }
  /** The name of the log group of all builds. */
  | { readonly kind: 'build-log-group' };

export type ProjectName = 'fetch-source' | 'build';

export interface MachineRow {
  readonly name: string;
  /** In this folder. */
  readonly file: `${string}.asl.json`;
  readonly bindings: Readonly<Record<string, Binding>>;
}

const invoke = (name: string): Binding => ({ kind: 'function', name });

/** Every state machine. The bytes of the files run on both hosts; only what the placeholders mean differs. */
export const machineCatalog = [
  {
    name: 'deployment',
    file: 'deployment.asl.json',
    bindings: {
      AdmitDeployment: invoke('admit-deployment'),
      RequestRunner: invoke('request-runner'),
      ResolveManifest: invoke('resolve-manifest'),
      DiagnoseBuild: invoke('diagnose-build'),
      SignArtifact: invoke('sign-artifact'),
      RequestApproval: invoke('request-approval'),
      ReleaseArtifact: { kind: 'machine', name: 'progressive-release' },
      VerifyRelease: invoke('verify-release'),
      CompleteDeployment: invoke('complete-deployment'),
      SettleFailure: invoke('settle-failure'),
      RollBackRelease: invoke('roll-back-release'),
      FetchSourceProject: { kind: 'project', name: 'fetch-source' },
      BuildProject: { kind: 'project', name: 'build' },
      BlobBucket: { kind: 'blob-bucket' },
      BuildLogGroup: { kind: 'build-log-group' },
    },
  },
  {
    name: 'progressive-release',
    file: 'progressive-release.asl.json',
    bindings: {
      PrepareRelease: invoke('prepare-release'),
      ShiftTraffic: invoke('shift-traffic'),
    },
  },
  {
    name: 'promotion',
    file: 'promotion.asl.json',
    bindings: { PromoteOnward: invoke('promote-onward') },
  },
  {
    name: 'push',
    file: 'push.asl.json',
    bindings: {
      PlanDelivery: invoke('plan-delivery'),
      FetchSourceProject: { kind: 'project', name: 'fetch-source' },
      BuildLogGroup: { kind: 'build-log-group' },
    },
  },
  {
    name: 'rollback',
    file: 'rollback.asl.json',
    bindings: {
      AdmitDeployment: invoke('admit-deployment'),
      RestoreRelease: invoke('restore-release'),
      VerifyRelease: invoke('verify-release'),
      CompleteDeployment: invoke('complete-deployment'),
      SettleFailure: invoke('settle-failure'),
      RollBackRelease: invoke('roll-back-release'),
    },
  },
] as const satisfies readonly MachineRow[];

/**
 * Each machine after those that its states start, so that what is put there first can be found by what follows.
 *
 * @throws when a machine would start itself, by whatever way round, or one that is not in the catalog
 */
export function childrenFirst<Row extends MachineRow>(rows: readonly Row[]): readonly Row[] {
  const ordered: Row[] = [];
  const place = (row: Row, parents: readonly string[]): void => {
    if (parents.includes(row.name))
      throw new Error(`Machines start each other: ${[...parents, row.name].join(' > ')}.`);
    if (ordered.includes(row)) return;
    for (const name of childrenOf(row)) {
      const child = rows.find((each) => each.name === name);
      if (!child) throw new Error(`The machine ${row.name} starts ${name}, which the catalog does not have.`);
      place(child, [...parents, row.name]);
    }
    ordered.push(row);
  };
  for (const row of rows) place(row, []);
  return ordered;
}

/** Names of the machines that a machine's states start. */
export function childrenOf({ bindings }: MachineRow): readonly string[] {
  return Object.values(bindings).flatMap((binding) => (binding.kind === 'machine' ? [binding.name] : []));
}

/** A build that no machine was free for in this time ends; whether it is begun again is the workflow's decision. */
export const mostQueuedMinutes = 30;

/** The build projects and what runs in them. A state that waits for one must wait for its queue and its run. */
export const projectCatalog = [
  { name: 'fetch-source', buildspec: 'buildspecs/fetch-source.yml', timeoutMinutes: 15 },
  { name: 'build', buildspec: 'buildspecs/build.yml', timeoutMinutes: 480 },
] as const satisfies readonly { name: ProjectName; buildspec: string; timeoutMinutes: number }[];

/** The definition with its placeholders filled in. A name without a binding, or a binding without a use, is a mistake. */
export function bindDefinition(definition: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const bound = definition.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The placeholder \${${name}} has no binding.`);
    used.add(name);
    return value;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`Bindings without a placeholder: ${unused.join(', ')}.`);
  return bound;
}

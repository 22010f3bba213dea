import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  paginateListBuildsForProject,
  ResourceNotFoundException,
  StopBuildCommand,
  UpdateFleetCommand,
  type Build,
  type CodeBuildClient,
} from '@aws-sdk/client-codebuild';
import type { RunnerPool, WorkingBuild } from '#ports/runner-pool.ts';
import { Refusal } from '#domain/refusal.ts';
import { readHeartbeat, writeHeartbeat } from '../dynamodb/runner-heartbeat.ts';
import type { Table } from '../dynamodb/table.ts';

export class CodeBuildRunnerPool implements RunnerPool {
  readonly #client: () => CodeBuildClient;
  readonly #table: Table;
  readonly #projects: readonly string[];
  readonly #fleet: string | undefined;

  /**
   * @param client asked for when a build or project is meant: whoever only looks at the heartbeat has none
   * @param fleet ARN of the fleet that builds run on, where there is one
   */
  constructor(client: () => CodeBuildClient, table: Table, projects: readonly string[], fleet?: string) {
    this.#client = client;
    this.#table = table;
    this.#projects = projects;
    this.#fleet = fleet;
  }

  async probe(): Promise<void> {
    const { projectsNotFound = [] } = await this.#client().send(
      new BatchGetProjectsCommand({ names: [...this.#projects] }),
    );
    if (projectsNotFound.length > 0) {
      throw new Refusal('unavailable', `The runner lacks the projects ${projectsNotFound.join(', ')}.`);
    }
  }

  async stop(buildId: string): Promise<void> {
    try {
      await this.#client().send(new StopBuildCommand({ id: buildId }));
    } catch (error) {
      // A build that is gone, or whose project is, runs no more.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }

  async working(since: Date): Promise<readonly WorkingBuild[]> {
    const working: WorkingBuild[] = [];
    for (const projectName of this.#projects) {
      const pages = paginateListBuildsForProject({ client: this.#client() }, { projectName, sortOrder: 'DESCENDING' });
      for await (const { ids = [] } of pages) {
        if (ids.length === 0) break;
        const { builds = [] } = await this.#client().send(new BatchGetBuildsCommand({ ids }));
        working.push(...builds.flatMap(workingBuild));
        // The newest are listed first.
        if (builds.every((build) => isOlder(build, since))) break;
      }
    }
    return working;
  }

  async resizeFleet(machines: number): Promise<void> {
    if (this.#fleet === undefined) return;
    await this.#client().send(new UpdateFleetCommand({ arn: this.#fleet, baseCapacity: machines }));
  }

  async recordHeartbeat(at: Date): Promise<void> {
    await writeHeartbeat(this.#table, at);
  }

  async lastHeartbeat(): Promise<Date | undefined> {
    return readHeartbeat(this.#table);
  }
}

function isOlder({ startTime }: Build, since: Date): boolean {
  return (startTime?.getTime() ?? 0) < since.getTime();
}

function workingBuild({ id, buildComplete, environment }: Build): WorkingBuild[] {
  const valueOf = (variable: string): string | undefined =>
    environment?.environmentVariables?.find(({ name }) => name === variable)?.value;
  const [deploymentId, run] = [valueOf('DEPLOYMENT_ID'), Number(valueOf('DEPLOYMENT_RUN') ?? Number.NaN)];
  if (buildComplete || id === undefined || deploymentId === undefined || Number.isNaN(run)) return [];
  return [{ buildId: id, deploymentId, run }];
}

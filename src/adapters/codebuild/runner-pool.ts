import {
  BatchGetProjectsCommand,
  ResourceNotFoundException,
  StopBuildCommand,
  type CodeBuildClient,
} from '@aws-sdk/client-codebuild';
import type { RunnerPool } from '#ports/runner-pool.ts';
import { Refusal } from '#domain/refusal.ts';
import { readHeartbeat, writeHeartbeat } from '../dynamodb/runner-heartbeat.ts';
import type { Table } from '../dynamodb/table.ts';

export class CodeBuildRunnerPool implements RunnerPool {
  readonly #client: CodeBuildClient;
  readonly #table: Table;
  readonly #projects: readonly string[];

  constructor(client: CodeBuildClient, table: Table, projects: readonly string[]) {
    this.#client = client;
    this.#table = table;
    this.#projects = projects;
  }

  async probe(): Promise<void> {
    const { projectsNotFound = [] } = await this.#client.send(
      new BatchGetProjectsCommand({ names: [...this.#projects] }),
    );
    if (projectsNotFound.length > 0) {
      throw new Refusal('unavailable', `The runner lacks the projects ${projectsNotFound.join(', ')}.`);
    }
  }

  async stop(buildId: string): Promise<void> {
    try {
      await this.#client.send(new StopBuildCommand({ id: buildId }));
    } catch (error) {
      // A build that is gone, or whose project is, runs no more.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }

  async recordHeartbeat(at: Date): Promise<void> {
    await writeHeartbeat(this.#table, at);
  }

  async lastHeartbeat(): Promise<Date | undefined> {
    return readHeartbeat(this.#table);
  }
}

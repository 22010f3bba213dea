import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as s3 from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createS3 } from '#local/services/s3/s3.ts';
import { openStore } from '#local/store.ts';
import { overSocket } from './over-socket.ts';

const Bucket = 'states';
const run = promisify(execFile);
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 's3-terraform-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function hasTerraform(): boolean {
  try {
    execFileSync('terraform', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasTerraform())(
  'the S3 backend of Terraform keeps its state there, and its lock file lets one in',
  async () => {
    const gateway = createGateway([
      createS3({ store: openStore(':memory:'), clock: systemClock, directory: join(directory, 'bodies') }),
    ]);
    const options = await overSocket(gateway);
    const client = new s3.S3Client({ ...options, forcePathStyle: true });
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const marker = join(directory, 'applying');
    writeFileSync(
      join(directory, 'main.tf'),
      `terraform {
       backend "s3" {
         bucket = "${Bucket}"
         key = "shop/live.tfstate"
         region = "eu-west-1"
         access_key = "local"
         secret_key = "local"
         endpoints = { s3 = "${options.endpoint}" }
         use_path_style = true
         use_lockfile = true
         encrypt = true
         skip_credentials_validation = true
         skip_requesting_account_id = true
         skip_metadata_api_check = true
         skip_region_validation = true
       }
     }
     variable "value" { type = string }
     resource "terraform_data" "one" {
       input = var.value
       provisioner "local-exec" { command = "touch '${marker}'; while [ -e '${marker}' ]; do sleep 0.05; done" }
     }`,
    );
    const terraform = (...parameters: string[]) =>
      run('terraform', parameters, {
        cwd: directory,
        env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      });
    const apply = () => terraform('apply', '-auto-approve', '-input=false', '-no-color', '-var', 'value=first');
    const keys = async () =>
      (await client.send(new s3.ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key);

    await terraform('init', '-input=false');
    const first = apply();
    await expect.poll(() => existsSync(marker), { timeout: 20_000 }).toBe(true);
    expect(await keys()).toContain('shop/live.tfstate.tflock');
    await expect(apply()).rejects.toMatchObject({
      stderr: expect.stringContaining('Error acquiring the state lock') as string,
    });
    rmSync(marker);
    await first;
    expect(await keys()).toEqual(['shop/live.tfstate']);
    const { stdout } = await terraform('state', 'pull');
    expect(JSON.parse(stdout)).toMatchObject({ resources: [{ type: 'terraform_data', name: 'one' }] });
    await terraform('plan', '-input=false', '-detailed-exitcode', '-var', 'value=first');
  },
  60_000,
);

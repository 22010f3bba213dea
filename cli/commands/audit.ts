import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { artifactDigest } from '#schemas/api/get-artifact-audit.ts';
import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import { checkArtifact, checkDeployment, type AuditReport } from '../audit/check.ts';
import { collectArtifact, collectDeployment } from '../audit/collect.ts';
import { readExport, readPublicKey } from '../audit/read-export.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { auditLines } from '../render/audit-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { UsageError } from '../usage-error.ts';

interface AuditOptions extends SharedOptions {
  readonly service?: string;
  readonly out?: string;
  readonly publicKey?: string;
}

export function addAudit(program: Command, run: RunCommand): void {
  program
    .command('audit')
    .description('verify what is kept of a deployment or an artifact, link by link, or export it')
    .addArgument(new Argument('<action>', 'what to do').choices(['verify', 'export']))
    .argument(
      '<what...>',
      'verify: a deployment, the digest of an artifact, or an exported file; export: <service> <digest>',
    )
    .option('--service <name>', 'the service of the artifact')
    .option('--out <file>', 'write the export to this file')
    .option('--public-key <file>', 'verify signatures with this key (PEM), and not with the one that came along')
    .action((action: string, what: readonly string[], options: AuditOptions) =>
      run(options, (session) =>
        action === 'export' ? exportArtifact(session, what, options) : verify(session, what, options),
      ),
    );
}

async function verify(session: Session, what: readonly string[], options: AuditOptions): Promise<ExitCode> {
  const [subject = '', ...others] = what;
  if (others.length > 0)
    throw new UsageError('Verify one thing at a time.', 'dsctl audit verify <deployment, digest or file>');
  if (subject.startsWith('dep_'))
    return show(session, checkDeployment(await collectDeployment(session.client, subject)));
  const digest = digestIn(subject);
  const audit =
    digest === undefined ? await readExport(session.cwd, subject) : await collect(session, options.service, digest);
  return show(session, checkArtifact(audit, await readPublicKey(session.cwd, options.publicKey)));
}

/** Everything about an artifact in one file that needs nothing else to be verified. */
async function exportArtifact(session: Session, what: readonly string[], options: AuditOptions): Promise<ExitCode> {
  const [service, named = '', ...others] = what;
  const digest = digestIn(named);
  if (digest === undefined || others.length > 0) {
    throw new UsageError(
      'An export is of one artifact of one service.',
      'dsctl audit export <service> <digest> --out file.json',
    );
  }
  if (options.out === undefined && !session.json) {
    throw new UsageError('Where should it go?', 'Give --out <file>, or --json for the standard output.');
  }
  const audit = await collect(session, service, digest);
  const report = checkArtifact(audit, await readPublicKey(session.cwd, options.publicKey));
  if (options.out === undefined) {
    printJson(session.output.out, audit);
  } else {
    await writeFile(resolve(session.cwd, options.out), `${JSON.stringify(audit, null, 2)}\n`);
    if (session.json) printJson(session.output.out, { out: options.out, ...report });
    else
      printLines(session.output.out, [...auditLines(report, session.output.out.paint), `Written to ${options.out}.`]);
  }
  return report.status === 'intact' ? exitCode.ok : exitCode.failed;
}

function collect(session: Session, service: string | undefined, digest: string): Promise<ArtifactAudit> {
  if (service === undefined) {
    throw new UsageError(
      'An artifact is known by its service.',
      `dsctl audit verify ${digest.slice(0, 12)}… --service <name>`,
    );
  }
  return collectArtifact(session.client, { service, digest, exportedAt: new Date(session.now()).toISOString() });
}

function show({ output, json }: Session, report: AuditReport): ExitCode {
  if (json) printJson(output.out, report);
  else printLines(output.out, auditLines(report, output.out.paint));
  return report.status === 'intact' ? exitCode.ok : exitCode.failed;
}

/** As it stands in the API, or as images name it. */
function digestIn(text: string): string | undefined {
  const digest = text.replace(/^sha256:/, '');
  return artifactDigest.safeParse(digest).success ? digest : undefined;
}

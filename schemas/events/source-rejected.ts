import { commitId } from '../names.ts';
import { failure } from '../workflows/failure.ts';
import { pushOrigin } from '../workflows/push-origin.ts';
import { defineEvent } from './envelope.ts';

/** A push that cannot be deployed as its `service.yaml` wants it: the commit or that file is at fault. */
export const sourceRejected = defineEvent('source.rejected', pushOrigin.extend({ commit: commitId, failure }));

import { assertSupported, UnsupportedDefinition } from '#local/asl/assert-supported.ts';
import { messageOf } from '#local/asl/expression.ts';
import { ServiceFault } from '#local/gateway/wire.ts';

/**
 * Refuses a definition that the interpreter would not run as written; the cause holds all faults with their places.
 *
 * @throws ServiceFault `InvalidDefinition`
 */
export function readDefinition(text: string, resources: readonly string[]): void {
  try {
    const definition: unknown = JSON.parse(text);
    assertSupported(definition, resources);
  } catch (error) {
    const said = error instanceof UnsupportedDefinition ? error.message : `it is no JSON: ${messageOf(error)}`;
    const fault = new ServiceFault('InvalidDefinition', `Invalid State Machine Definition: ${said}`);
    fault.cause = error;
    throw fault;
  }
}

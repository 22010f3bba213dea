import type { KeyType } from './attribute-value.ts';
import type { TableDefinition } from './table-definition.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
  /** Hash, then range. */
  readonly attributes: readonly KeyAttribute[];
}

export interface SecondaryIndex {
  readonly name: string;
  /** Place in the table's definition; part of the stored index rows. */
  readonly position: number;
  readonly key: KeySchema;
  /** What the index projects; undefined for everything. */
  readonly projected?: ReadonlySet<string>;
}

export type StreamView = 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY';

/** A table as the operations look at it. */
export interface Table {
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  readonly createdMs: number;
  readonly definition: TableDefinition;
  readonly key: KeySchema;
  readonly indexes: readonly SecondaryIndex[];
  readonly stream?: { readonly view: StreamView; readonly label: string };
  readonly ttlAttribute?: string;
}

/** One row of `ddb_table`. */
export interface TableRow {
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  readonly created_ms: number;
  readonly definition: string;
  readonly stream_label: string | null;
  readonly ttl_attribute: string | null;
}

export function tableFromRow(row: TableRow): Table {
  const definition = JSON.parse(row.definition) as TableDefinition;
  const key = keySchema(definition, definition.KeySchema);
  const view = definition.StreamSpecification?.StreamViewType;
  return {
    id: row.id,
    name: row.name,
    uuid: row.uuid,
    createdMs: row.created_ms,
    definition,
    key,
    indexes: (definition.GlobalSecondaryIndexes ?? []).map((index, position) => {
      const indexKey = keySchema(definition, index.KeySchema);
      const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
      const names = [...indexKey.attributes, ...key.attributes].map(({ name }) => name);
      return {
        name: index.IndexName,
        position,
        key: indexKey,
        ...(ProjectionType === 'ALL' ? {} : { projected: new Set([...names, ...NonKeyAttributes]) }),
      };
    }),
    ...(row.stream_label !== null && view ? { stream: { view, label: row.stream_label } } : {}),
    ...(row.ttl_attribute !== null ? { ttlAttribute: row.ttl_attribute } : {}),
  };
}

function keySchema(definition: TableDefinition, elements: TableDefinition['KeySchema']): KeySchema {
  const [hash, range] = elements.map(({ AttributeName }) => {
    const type = definition.AttributeDefinitions.find((each) => each.AttributeName === AttributeName)?.AttributeType;
    if (!type) throw new Error(`The stored definition of ${definition.TableName} has no type for ${AttributeName}.`);
    return { name: AttributeName, type };
  });
  if (!hash) throw new Error(`The stored definition of ${definition.TableName} has no hash key.`);
  return range ? { hash, range, attributes: [hash, range] } : { hash, attributes: [hash] };
}

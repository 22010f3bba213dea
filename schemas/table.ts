/** The one table's shape, as the stack and the local host create it. `src/adapters/dynamodb/keys.ts` says what lies in it. */
export const tableShape = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Sparse indexes, each with keys of its own and all attributes. */
  indexes: [
    { name: 'gsi1', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' },
    { name: 'gsi2', partitionKey: 'gsi2pk', sortKey: 'gsi2sk' },
    { name: 'gsi3', partitionKey: 'gsi3pk', sortKey: 'gsi3sk' },
  ],
  /** Epoch seconds. */
  expiry: 'ttl',
} as const;

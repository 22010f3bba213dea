import { createExampleRepository, type ExampleRepository } from './example-repository.ts';

export interface OrdersRepository extends ExampleRepository {
  /** Subtracts the shipping where it should be added, and commits that. */
  readonly breakThePrice: () => Promise<string>;
}

export async function createOrdersRepository(directory: string): Promise<OrdersRepository> {
  const repository = await createExampleRepository('orders', directory, 'Say what an order costs');
  const bug = { file: 'src/price.mjs', from: 'return goods + shipping;', to: 'return goods - shipping;' };
  return { ...repository, breakThePrice: () => repository.change('Simplify the price', [bug]) };
}

/** What all previews together are called in metrics. */
export const previews = 'preview';

/** An environment as metrics name it. Previews come and go, and each name of its own would be a metric that costs. */
export function environmentDimension(environment: string): string {
  return /^pr-\d+$/.test(environment) ? previews : environment;
}

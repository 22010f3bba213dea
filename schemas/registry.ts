/** How the registry of container images is laid out; the stack, the local host and the control plane agree on it here. */
export const registryShape = {
  /** The repositories of services lie under it, one each: `deployment-service/<service>`. */
  servicePrefix: 'deployment-service',
  /** What is pulled under it comes from `upstream`, once, and then from the registry itself. */
  basePrefix: 'ecr-public',
  upstream: 'public.ecr.aws',
} as const;

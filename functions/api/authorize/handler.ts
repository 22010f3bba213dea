export { authorize as handler } from '#runtime/authorizer.ts';

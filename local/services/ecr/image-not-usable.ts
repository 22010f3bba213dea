/** An image that a task cannot be started from; the message says why, and names the image. */
export class ImageNotUsable extends Error {
  override readonly name = 'ImageNotUsable';
}

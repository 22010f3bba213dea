/** SHA-256 as 64 hexadecimal digits; of a text, its UTF-8 bytes. */
export type Digest = (content: string | Uint8Array) => string;

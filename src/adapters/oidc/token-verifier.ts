import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import type { TokenClaims, TokenVerifier } from '#ports/token-verifier.ts';

interface Trust {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

const claims = z.object({
  sub: z.string().min(1).max(256),
  exp: z.number(),
  roles: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
  // Only ever a convenience: an issuer that writes something else there must not lock anybody out.
  email: z.email().max(254).optional().catch(undefined),
  email_verified: z.unknown().optional(),
});

/** Verifies bearer tokens against the issuer's key set, which is fetched once and again when a new key appears. */
export class OidcTokenVerifier implements TokenVerifier {
  readonly #trust: Trust;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(trust: Trust) {
    this.#trust = trust;
    this.#keys = createRemoteJWKSet(new URL(trust.jwksUrl));
  }

  async verify(token: string): Promise<TokenClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.#trust.issuer,
        audience: this.#trust.audience,
        algorithms: ['ES256', 'RS256'],
        requiredClaims: ['exp', 'sub'],
      });
      const { sub, roles, groups, email, email_verified: verified, exp } = claims.parse(payload);
      // Some issuers write their booleans as text.
      const isRefuted = verified === false || verified === 'false';
      return { subject: sub, roles, groups, ...(email !== undefined && !isRefuted && { email }), expiresAt: exp };
    } catch (error) {
      // Keys that cannot be had are our trouble, not the caller's. A key set that was answered with an error, or with
      // something else than JSON, is told by jose's base class alone.
      if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw error;
      if (error instanceof errors.JOSEError && error.code === errors.JOSEError.code) throw error;
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  }
}

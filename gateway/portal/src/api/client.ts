import { uuid } from '../lib/uuid';
import { client } from './gen/client.gen';
import type { Problem } from './gen/types.gen';

export * from './gen/sdk.gen';
export type * from './gen/types.gen';

/** What a route answered instead of what was asked for; `title` and `detail` are for people. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
  get status(): number {
    return this.problem.status;
  }
}

const READING = new Set(['GET', 'HEAD']);
let csrfToken: string | null = null;

/** The session's token; every request that changes something carries it. */
export const setCsrfToken = (token: string | null): void => {
  csrfToken = token;
};

client.setConfig({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
});
client.interceptors.request.use((request) => {
  request.headers.set('Accept-Language', document.documentElement.lang);
  if (READING.has(request.method)) return request;
  if (csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
  if (!request.headers.has('idempotency-key')) request.headers.set('idempotency-key', uuid());
  return request;
});
client.interceptors.error.use((said, response) => {
  const problem = said as Partial<Problem> | undefined;
  if (problem?.title && problem.status) return new ApiError(problem as Problem);
  const status = response?.status ?? 0;
  return new ApiError({ type: 'about:blank', title: response?.statusText || 'offline', status });
});

/** Headers of a change: whoever changed the thing meanwhile wins, and this one is refused (412). */
export const ifMatch = (version: number) => ({ 'if-match': `"${version}"` });

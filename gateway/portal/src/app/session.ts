import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { ApiError, gatewayShowSession, type Role, type SessionResponse, setCsrfToken } from '../api/client';

export const SESSION = ['session'];
/** Whether this browser has logged in: then it asks who it is, and else spares itself the refusal. */
const ENTERED = 'entered';

/** Who is logged in; null: nobody. */
export function useSessionQuery() {
  return useQuery<SessionResponse | null, ApiError>({
    queryKey: SESSION,
    queryFn: async () => {
      if (!localStorage.getItem(ENTERED)) return null;
      try {
        const { data } = await gatewayShowSession();
        setCsrfToken(data.csrf_token);
        return data;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          localStorage.removeItem(ENTERED);
          return null;
        }
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

/** Take over a session that was just opened, or forget the one that was closed. */
export function useEnter() {
  const cache = useQueryClient();
  return (session: SessionResponse | null) => {
    setCsrfToken(session?.csrf_token ?? null);
    if (session) localStorage.setItem(ENTERED, '1');
    else localStorage.removeItem(ENTERED);
    cache.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
    cache.setQueryData(SESSION, session);
  };
}

export const SessionContext = createContext<SessionResponse | null>(null);

/** Who uses this page. Raises where nobody is logged in. */
export function useSession(): SessionResponse {
  const session = use(SessionContext);
  if (!session) throw new Error('nobody is logged in');
  return session;
}

export const has = (session: SessionResponse, ...roles: Role[]): boolean =>
  roles.some((role) => session.roles.includes(role));

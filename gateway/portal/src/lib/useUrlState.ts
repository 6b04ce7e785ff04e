import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

type Patch = Record<string, string | undefined>;

/** Filters live in the URL: they can be shared, and the back button works. */
export function useUrlState(): [URLSearchParams, (patch: Patch) => void] {
  const [params, setParams] = useSearchParams();
  const patch = useCallback(
    (next: Patch) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(next)) {
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [params, patch];
}

import {
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { App } from 'antd';
import { useRef } from 'react';
import { uuid } from '../lib/uuid';
import { ApiError } from './client';

interface Answer<T> {
  data: T;
}
interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** One thing, or a short list, from a route. */
export function useRead<T>(key: QueryKey, read: () => Promise<Answer<T>>, enabled = true) {
  return useQuery<T, ApiError>({ queryKey: key, queryFn: async () => (await read()).data, enabled });
}

/** A long list, page by page. */
export function usePages<T>(key: QueryKey, read: (cursor?: string) => Promise<Answer<Page<T>>>) {
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }: { pageParam: string | undefined }) => (await read(pageParam)).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  return { ...pages, error: pages.error as ApiError | null, items: pages.data?.pages.flatMap((page) => page.items) };
}

/**
 * Something that a click does. The intent keeps one Idempotency-Key until the server has answered
 * it, so that a click after a lost answer does it once. Everything shown is fetched anew after it.
 */
export function useAct<In, Out>(
  act: (input: In, key: string) => Promise<Answer<Out>>,
  options: { done?: (out: Out, input: In) => void; said?: string; failed?: (error: ApiError) => boolean } = {},
) {
  const cache = useQueryClient();
  const { message } = App.useApp();
  const key = useRef<string>(undefined);
  return useMutation<Out, ApiError, In>({
    mutationFn: async (input) => (await act(input, (key.current ??= uuid()))).data,
    onSuccess: (out, input) => {
      key.current = undefined;
      if (options.said) void message.success(options.said);
      options.done?.(out, input);
      void cache.invalidateQueries();
    },
    onError: (error) => {
      if (error.status >= 400 && error.status < 500) key.current = undefined;
      if (options.failed?.(error)) return;
      void message.error({ content: error.message, duration: 6 });
      if (error.status === 409 || error.status === 412) void cache.invalidateQueries();
    },
  });
}

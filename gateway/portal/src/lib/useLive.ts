import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

const URL = '/api/v1/live';
const POLL_MS = 30_000;
const REOPEN_MS = 5_000;
/** Events come in storms; what is shown is fetched again at most this often. */
const REFRESH_MS = 1_000;

/**
 * One stream of events per browser, not per tab: over HTTP/1.1 a browser allows six connections to
 * one origin, so a stream per tab would hang the sixth. The tab that holds the lock owns the stream
 * and tells the others; when it closes, the next one takes over. Without locks (plain http on a LAN
 * address is no secure context) each tab polls. An event only says that something changed; what is
 * shown is fetched through the ordinary routes, which know what the caller may see.
 */
export function useLive(enabled: boolean): boolean {
  const cache = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void cache.invalidateQueries({ refetchType: 'active' });
      }, REFRESH_MS);
    };
    if (!('locks' in navigator)) {
      const timer = setInterval(() => !document.hidden && refresh(), POLL_MS);
      return () => clearInterval(timer);
    }
    const bus = new BroadcastChannel('qudao-live');
    const stop = new AbortController();
    let stream: EventSource | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    const heard = (said: string) => {
      if (said === 'open' || said === 'closed') setLive(said === 'open');
      else refresh();
    };
    bus.onmessage = ({ data }: MessageEvent<string>) => {
      if (data !== 'hello') heard(data);
      else if (stream?.readyState === EventSource.OPEN) bus.postMessage('open');
    };
    bus.postMessage('hello');
    const tell = (said: string) => {
      heard(said);
      bus.postMessage(said);
    };
    void navigator.locks
      .request('qudao-live', { signal: stop.signal }, () => {
        return new Promise<void>((done) => {
          const open = () => {
            stream = new EventSource(URL);
            stream.onopen = () => {
              tell('open');
              tell('changed'); // what happened while nobody listened
            };
            stream.onmessage = () => tell('changed');
            stream.addEventListener('reset', () => tell('changed')); // the gateway lost some
            stream.onerror = () => {
              tell('closed');
              // A refusal ends a stream for good; only a lost connection is taken up by itself.
              if (stream?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
            };
          };
          open();
          stop.signal.addEventListener('abort', () => {
            clearTimeout(reopening);
            stream?.close();
            done();
          });
        });
      })
      .catch(() => undefined);
    return () => {
      stop.abort();
      bus.close();
      clearTimeout(waiting);
    };
  }, [cache, enabled]);
  return live;
}

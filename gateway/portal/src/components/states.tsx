import { Alert, Button, Empty, Result, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../api/client';

/** Something went wrong: what, how to try again, and the number to name to the support. */
export function Failed({ error, retry }: { error: ApiError; retry: () => unknown }) {
  const { t } = useTranslation();
  if (error.status === 403) return <Result status="403" title={t('state.no_right')} />;
  if (error.status === 404) return <Result status="404" title={t('state.not_found')} />;
  const trace = error.problem.trace_id;
  return (
    <Alert
      type="error"
      showIcon
      title={error.message}
      description={trace && `${t('state.trace')} ${trace}`}
      action={<Button onClick={() => void retry()}>{t('state.retry')}</Button>}
    />
  );
}

export const Loading = () => <Skeleton active paragraph={{ rows: 8 }} />;

/** Nothing there, and what to do next. */
export function Nothing({ next }: { next?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('state.empty')}>
      {next}
    </Empty>
  );
}

interface Read<T> {
  data: T | undefined;
  error: ApiError | null;
  refetch: () => unknown;
}

/** A thing that is being read, in whichever of its states it is. */
export function Shown<T>({ of, children }: { of: Read<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  return of.error ? <Failed error={of.error} retry={of.refetch} /> : <Loading />;
}

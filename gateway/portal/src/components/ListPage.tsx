import { DownloadOutlined, ReloadOutlined } from '@ant-design/icons';
import { Button, Card, Flex, Grid, Input, Select, Space, type TableColumnsType, Tabs } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../api/client';
import { useUrlState } from '../lib/useUrlState';
import { Failed, Loading, Nothing } from './states';
import { DataTable } from './DataTable';

interface Listed<T> {
  items: T[] | undefined;
  error: ApiError | null;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}
interface Props<T> {
  title: string;
  /** Which of the row's facts names it. */
  rowKey: keyof T & string;
  list: Listed<T>;
  columns: TableColumnsType<T>;
  /** A row on a phone. */
  card: (row: T) => ReactNode;
  /** Tabs that set a parameter of the URL; `count` stands beside the word. */
  tabs?: { param: string; items: { key: string; label: string; count?: number }[] };
  /** Placeholder of the search, which sets `q`; without it there is none. */
  search?: string;
  filters?: ReactNode;
  actions?: ReactNode;
  /** Address of the whole list as a file. */
  exported?: string;
  bulk?: (keys: string[], clear: () => void) => ReactNode;
  /** What to do when there is nothing. */
  next?: ReactNode;
}

/** Every list of the portal: tabs, search, filters in the URL, four states, cards on a phone. */
export function ListPage<T extends object>(props: Props<T>) {
  const { title, rowKey, list, tabs, search, filters, actions, exported, bulk } = props;
  const { t } = useTranslation();
  const [params, patch] = useUrlState();
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" align="center" wrap gap={8}>
        <h1 className="page-title">{title}</h1>
        <Space wrap>{actions}</Space>
      </Flex>
      <Card size="small">
        {tabs && (
          <Choose
            title={title}
            tabs={tabs}
            chosen={params.get(tabs.param) ?? tabs.items[0]?.key ?? ''}
            choose={(key) => {
              setChosen([]);
              patch({ [tabs.param]: key === tabs.items[0]?.key ? undefined : key });
            }}
          />
        )}
        <Flex gap={8} wrap style={{ marginBottom: 12 }}>
          {search && (
            <Input.Search
              allowClear
              placeholder={search}
              aria-label={search}
              defaultValue={params.get('q') ?? ''}
              onSearch={(q) => patch({ q })}
              style={{ maxWidth: 300 }}
            />
          )}
          {filters}
          <Space style={{ marginInlineStart: 'auto' }}>
            {exported && (
              <Button icon={<DownloadOutlined />} href={exported} download>
                {t('common.export')}
              </Button>
            )}
            <Button
              icon={<ReloadOutlined />}
              aria-label={t('common.reload')}
              onClick={() => void list.refetch()}
            />
          </Space>
        </Flex>
        {chosen.length > 0 && bulk && (
          <Space style={{ marginBottom: 8 }} role="status">
            {t('common.selected', { count: chosen.length })}
            {bulk(chosen, () => setChosen([]))}
          </Space>
        )}
        {list.error && !list.items ? (
          <Failed error={list.error} retry={list.refetch} />
        ) : list.isPending ? (
          <Loading />
        ) : (
          <Rows {...props} chosen={chosen} choose={bulk ? setChosen : undefined} rowKey={rowKey} />
        )}
        {list.hasNextPage && (
          <Flex justify="center" style={{ marginTop: 12 }}>
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('common.more')}
            </Button>
          </Flex>
        )}
      </Card>
    </Flex>
  );
}

interface Tabbed {
  title: string;
  tabs: { items: { key: string; label: string; count?: number }[] };
  chosen: string;
  choose: (key: string) => void;
}

/** Tabs, or on a phone, where they do not fit, a list to choose from. */
function Choose({ title, tabs, chosen, choose }: Tabbed) {
  const wide = Grid.useBreakpoint().md ?? true;
  const items = tabs.items.map(({ key, label, count }) => ({ key, label: count === undefined ? label : `${label} ${count}` }));
  if (wide) return <Tabs activeKey={chosen} onChange={choose} items={items} />;
  return (
    <Select
      aria-label={title}
      value={chosen}
      style={{ width: '100%', marginBottom: 12 }}
      options={items.map(({ key, label }) => ({ value: key, label }))}
      onChange={choose}
    />
  );
}

interface Choice {
  chosen: string[];
  choose?: (keys: string[]) => void;
}

function Rows<T extends object>({ rowKey, list, columns, card, next, chosen, choose }: Props<T> & Choice) {
  const wide = Grid.useBreakpoint().md ?? true;
  if (!list.items?.length) return <Nothing next={next} />;
  if (!wide) {
    return (
      <Flex vertical component="ul" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {list.items.map((row) => (
          <li key={String(row[rowKey])} style={{ padding: '10px 0', borderBottom: '1px solid rgba(128,128,128,.25)' }}>
            {card(row)}
          </li>
        ))}
      </Flex>
    );
  }
  return (
    <DataTable<T>
      size="small"
      rowKey={rowKey}
      columns={columns}
      dataSource={list.items}
      pagination={false}
      scroll={{ x: 'max-content' }}
      rowSelection={
        choose && { selectedRowKeys: chosen, onChange: (keys) => choose(keys.map(String)) }
      }
    />
  );
}

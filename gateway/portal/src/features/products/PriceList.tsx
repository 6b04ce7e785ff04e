import { Card, Flex, Select, Space } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import {
  catalogImportPriceSheet, catalogGetPriceList, catalogListEntries, catalogDraftVersion, catalogPublishPriceList, type CatalogEntryResponse, ifMatch,
  type PriceListResponse,
} from '../../api/client';
import { usePages, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { SheetImport } from '../../components/SheetImport';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Quantity, Time, UnitPrice } from '../../components/texts';
import { sheetType } from '../../lib/sheets';
import { verbs } from '../../lib/actions';

type Entry = CatalogEntryResponse & { key: string };

/** One price list: its versions, their prices, and a draft to change by a sheet and publish. */
export default function PriceList() {
  const { id = '' } = useParams();
  const list = useRead(['price-lists', id], () => catalogGetPriceList({ path: { price_list_id: id } }));
  return <Shown of={list}>{(of) => <Sheet list={of} />}</Shown>;
}

function Sheet({ list }: { list: PriceListResponse }) {
  const { t } = useTranslation();
  const path = { price_list_id: list.price_list_id };
  const headers = ifMatch(list.revision);
  const may = verbs(list.allowed_actions);
  const newest = list.versions.toSorted((a, b) => b.version - a.version)[0];
  const [version, setVersion] = useState(newest?.version ?? 1);
  const entries = usePages<Entry>(['price-lists', list.price_list_id, 'entries', version], async (cursor) => {
    const { data } = await catalogListEntries({ path, query: { version, cursor } });
    return { data: { ...data, items: data.items.map((entry) => ({ ...entry, key: `${entry.sku} ${entry.min_quantity}` })) } };
  });
  return (
    <Flex vertical gap={12}>
      <Card size="small">
        <Space wrap>
          {list.versions.map((of) => (
            <span key={of.version}>
              {`${t('price_list.version')} ${of.version} `}
              <Status code={of.status} word={t(`price_list.status.${of.status}`)} /> <Time at={of.valid_from} />
            </span>
          ))}
        </Space>
      </Card>
      <ListPage<Entry>
        title={`${list.code} ${list.name}`}
        rowKey="key"
        list={entries}
        exported={`/api/v1/price-lists/${list.price_list_id}/export?version=${version}`}
        filters={
          <Select
            aria-label={t('price_list.version')}
            value={version}
            options={list.versions.map((of) => ({ value: of.version, label: `${t('price_list.version')} ${of.version}` }))}
            onChange={setVersion}
          />
        }
        actions={
          <>
            {may.has('draft') && (
              <ActionButton
                label={t('price_list.draft')}
                said={t('price_list.drafted')}
                act={() => catalogDraftVersion({ path, headers, body: { valid_from: dayjs().add(1, 'day').startOf('day').toISOString() } })}
              />
            )}
            {may.has('change') && (
              <SheetImport
                title={t('sheet.import')}
                send={(file, dry_run) => catalogImportPriceSheet({ path, body: file, query: { dry_run }, headers: { ...headers, 'content-type': sheetType(file) } })}
              />
            )}
            {may.has('publish') && <ActionButton type="primary" label={t('price_list.publish')} said={t('price_list.published')} act={() => catalogPublishPriceList({ path, headers })} />}
          </>
        }
        columns={[
          { title: t('order.sku'), dataIndex: 'sku', className: 'num' },
          { title: t('order.product'), dataIndex: 'name_zh' },
          { title: t('price_list.from_quantity'), align: 'right', render: (_, entry) => <Quantity value={entry.min_quantity} /> },
          { title: t('catalog.price'), align: 'right', render: (_, entry) => <UnitPrice value={entry.unit_price} /> },
        ]}
        card={(entry) => (
          <Flex justify="space-between">
            <span>{`${entry.sku} ${entry.name_zh}`}</span>
            <UnitPrice value={entry.unit_price} />
          </Flex>
        )}
      />
    </Flex>
  );
}

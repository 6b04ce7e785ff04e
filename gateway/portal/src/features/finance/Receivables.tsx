import { Button, Flex } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { billingCountReceivables, billingListReceivables, type PaymentStatus, type ReceivableResponse } from '../../api/client';
import { usePages, useRead } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Status } from '../../components/Status';
import { Money, Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';
import { RecordPayment } from './RecordPayment';

const STATUSES: PaymentStatus[] = ['UNPAID', 'PARTIALLY_PAID', 'ON_CREDIT', 'PAID'];

/** Orders by how far they are paid; money that came in is recorded here. */
export default function Receivables() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const status = (params.get('status') ?? 'UNPAID') as PaymentStatus;
  const [paying, setPaying] = useState<ReceivableResponse>();
  const counts = useRead(['receivables', 'counts'], () => billingCountReceivables());
  const list = usePages<ReceivableResponse>(['receivables', status], (cursor) => billingListReceivables({ query: { status: [status], cursor } }));
  const pay = (of: ReceivableResponse) =>
    of.open_due_minor > 0 && <Button size="small" onClick={() => setPaying(of)}>{t('payment.record')}</Button>;
  return (
    <>
      <ListPage<ReceivableResponse>
        title={t('nav.receivables')}
        rowKey="order_id"
        list={list}
        tabs={{ param: 'status', items: STATUSES.map((key) => ({ key, label: t(`pay.${key}`), count: counts.data?.[key] ?? 0 })) }}
        columns={[
          { title: t('order.number'), render: (_, of) => <Link to={`/orders/${of.order_id}`} className="num">{of.number}</Link> },
          { title: t('order.dealer'), dataIndex: 'dealer_name' },
          { title: t('order.total'), align: 'right', render: (_, of) => <Money minor={of.total_minor} /> },
          { title: t('order.covered'), align: 'right', render: (_, of) => <Money minor={of.covered_minor} /> },
          { title: t('order.open'), align: 'right', render: (_, of) => <Money minor={of.open_due_minor} /> },
          { title: t('order.submitted'), render: (_, of) => <Time at={of.opened_at} /> },
          { title: '', key: 'pay', render: (_, of) => pay(of) },
        ]}
        card={(of) => (
          <Flex vertical gap={4}>
            <Flex justify="space-between">
              <Link to={`/orders/${of.order_id}`} className="num">{of.number}</Link>
              <Status code={of.payment_status} word={t(`pay.${of.payment_status}`)} />
            </Flex>
            <Flex justify="space-between">
              <span>{of.dealer_name}</span>
              <Money minor={of.open_due_minor} />
            </Flex>
            {pay(of)}
          </Flex>
        )}
      />
      {paying && (
        <RecordPayment
          dealerId={paying.dealer_id}
          order={{ orderId: paying.order_id, number: paying.number, openMinor: paying.open_due_minor }}
          close={() => setPaying(undefined)}
        />
      )}
    </>
  );
}

import { DownloadOutlined } from '@ant-design/icons';
import { Button, Card, Col, DatePicker, Flex, Row, Statistic } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useUrlState } from '../../lib/useUrlState';
import { billingGetAccount, billingGetStatement, type StatementLine } from '../../api/client';
import { useRead } from '../../api/use';
import { useSession } from '../../app/session';
import { Nothing, Shown } from '../../components/states';
import { Money, Time } from '../../components/texts';
import { DataTable } from '../../components/DataTable';

const DAY = 'YYYY-MM-DD';

/** The dealer's own account. */
export default function Account() {
  const { t } = useTranslation();
  const session = useSession();
  if (!session.dealer_id) return <Nothing />;
  return (
    <Flex vertical gap={12}>
      <h1 className="page-title">{t('nav.account')}</h1>
      <AccountOf dealerId={session.dealer_id} />
    </Flex>
  );
}

/** What a dealer has, owes and may still owe, and his statement 对账单 of some days. */
export function AccountOf({ dealerId }: { dealerId: string }) {
  const { t } = useTranslation();
  const account = useRead(['accounts', dealerId], () => billingGetAccount({ path: { dealer_id: dealerId } }));
  return (
    <Flex vertical gap={12}>
      <Shown of={account}>
        {(of) => (
          <Row gutter={[12, 12]}>
            {(
              [
                ['wallet', of.wallet_minor], ['credit_limit', of.credit_limit_minor], ['available', of.available_minor],
                ['held', of.held_minor], ['receivable', of.receivable_minor], ['advances', of.advances_minor],
              ] as const
            ).map(([word, minor]) => (
              <Col key={word} xs={12} md={8} xl={4}>
                <Card size="small"><Statistic title={t(`account.${word}`)} valueRender={() => <Money minor={minor} />} /></Card>
              </Col>
            ))}
          </Row>
        )}
      </Shown>
      <Statement dealerId={dealerId} />
    </Flex>
  );
}

function Statement({ dealerId }: { dealerId: string }) {
  const { t, i18n } = useTranslation();
  const [params, patch] = useUrlState();
  const from = params.get('from') ?? dayjs().startOf('month').format(DAY);
  const to = params.get('to') ?? dayjs().format(DAY);
  const statement = useRead(['accounts', dealerId, 'statement', from, to], () =>
    billingGetStatement({ path: { dealer_id: dealerId }, query: { from, to } }),
  );
  const language = i18n.language === 'en' ? 'en' : 'zh';
  return (
    <Card
      size="small"
      title={t('account.statement')}
      extra={
        <Button icon={<DownloadOutlined />} download href={`/api/v1/accounts/${dealerId}/statement.csv?from=${from}&to=${to}&language=${language}`}>
          {t('common.export')}
        </Button>
      }
    >
      <Flex vertical gap={12}>
        <DatePicker.RangePicker
          allowClear={false}
          value={[dayjs(from), dayjs(to)]}
          onChange={(days) => patch({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
        />
        <Shown of={statement}>
          {(of) => (
            <>
              <Flex gap={24} wrap>
                <span>{t('account.opening')} <strong><Money minor={of.opening_minor} /></strong></span>
                <span>{t('account.closing')} <strong><Money minor={of.closing_minor} /></strong></span>
                <span>{t('account.overdue_90')} <strong><Money minor={of.aging.over_90_days_minor} /></strong></span>
              </Flex>
              <DataTable<StatementLine>
                size="small"
                rowKey="transaction_id"
                pagination={{ pageSize: 50, hideOnSinglePage: true }}
                scroll={{ x: 'max-content' }}
                dataSource={of.lines}
                columns={[
                  { title: t('common.when'), render: (_, line) => <Time at={line.at} /> },
                  { title: t('account.kind'), render: (_, line) => t(`account.kinds.${line.kind}`) },
                  { title: t('account.document'), dataIndex: 'document_number', className: 'num' },
                  { title: t('order.number'), dataIndex: 'order_number', className: 'num' },
                  { title: t('account.change'), align: 'right', render: (_, line) => <Money minor={line.change_minor} /> },
                  { title: t('account.balance'), align: 'right', render: (_, line) => <Money minor={line.balance_minor} /> },
                ]}
              />
            </>
          )}
        </Shown>
      </Flex>
    </Card>
  );
}

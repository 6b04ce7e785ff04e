import { Card, Flex } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type FunnelStep, reportsGetOrderFunnel } from '../../api/client';
import { useRead } from '../../api/use';
import { EChart } from '../../components/EChart';
import { Shown } from '../../components/states';
import { useSaid } from '../../components/texts';
import { duration } from '../../lib/format';
import { DataTable } from '../../components/DataTable';

/** How far orders come, and how long each step lets them wait: as bars, and as a table. */
export default function Funnel() {
  const { t } = useTranslation();
  const funnel = useRead(['reports', 'order-funnel'], () => reportsGetOrderFunnel());
  return (
    <Card size="small" title={t('funnel.title')}>
      <Shown of={funnel}>{({ steps }) => <Steps steps={steps} />}</Shown>
    </Card>
  );
}

function Steps({ steps }: { steps: FunnelStep[] }) {
  const { t } = useTranslation();
  const said = useSaid();
  const words = { d: t('unit.day'), h: t('unit.hour'), m: t('unit.minute'), s: t('unit.second') };
  const time = (seconds: number | null) => (seconds === null ? '–' : duration(seconds, words));
  const names = steps.map((step) => said(step.label_zh, step.label_en)).join('|');
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
      tooltip: {},
      xAxis: { type: 'value' },
      yAxis: { type: 'category', inverse: true, data: names.split('|') },
      series: [{ type: 'bar', data: steps.map((step) => step.orders), label: { show: true, position: 'right' } }],
    }),
    [names, steps],
  );
  return (
    <Flex vertical gap={12}>
      <EChart option={option} label={t('funnel.title')} height={24 * steps.length + 40} />
      <DataTable<FunnelStep>
        size="small"
        rowKey="step"
        pagination={false}
        scroll={{ x: 'max-content' }}
        dataSource={steps}
        columns={[
          { title: t('funnel.step'), render: (_, step) => said(step.label_zh, step.label_en) },
          { title: t('funnel.orders'), align: 'right', dataIndex: 'orders', className: 'num' },
          { title: t('funnel.waited'), align: 'right', render: (_, step) => time(step.waited_median_seconds) },
          { title: t('funnel.waited_p95'), align: 'right', render: (_, step) => time(step.waited_p95_seconds) },
          { title: t('funnel.standing'), align: 'right', dataIndex: 'standing_orders', className: 'num' },
        ]}
      />
    </Flex>
  );
}

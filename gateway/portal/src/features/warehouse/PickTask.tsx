import { BarcodeOutlined, MinusOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, App, Button, Card, Flex, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import {
  ifMatch, inventoryConfirmPick, inventoryGetPickTask, inventoryPostOutbound, inventoryPutBack, inventoryShortenPick, inventoryStartPick, type PickLine,
  type PickTaskResponse,
} from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Quantity } from '../../components/texts';

/** One pick task, made for a phone and a scanner: scan a SKU to count one more of it. */
export default function PickTask() {
  const { id = '' } = useParams();
  const task = useRead(['pick-tasks', id], () => inventoryGetPickTask({ path: { pick_task_id: id } }));
  return <Shown of={task}>{(of) => <Sheet key={of.version} task={of} />}</Shown>;
}

function Sheet({ task }: { task: PickTaskResponse }) {
  const { t } = useTranslation();
  const path = { pick_task_id: task.pick_task_id };
  const headers = (key: string) => ({ ...ifMatch(task.version), 'idempotency-key': key });
  const may = new Set(task.allowed_actions);
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" wrap gap={8}>
        <Flex gap={12} align="center">
          <h1 className="page-title num">{task.number}</h1>
          <Status code={task.status} word={t(`pick.status.${task.status}`)} />
        </Flex>
        <Space>
          {may.has('start') && <ActionButton type="primary" label={t('pick.start')} said={t('pick.started')} act={(key) => inventoryStartPick({ path, headers: headers(key) })} />}
          {may.has('post') && (
            <ActionButton
              type="primary"
              label={t('outbound.post')}
              said={t('outbound.posted')}
              act={(key) => inventoryPostOutbound({ body: { pick_task_id: task.pick_task_id, partial: task.status === 'PICKING' }, headers: { 'idempotency-key': key } })}
            />
          )}
          {may.has('put-back') && <ActionButton label={t('pick.put_back')} said={t('pick.is_put_back')} act={(key) => inventoryPutBack({ path, headers: headers(key) })} />}
        </Space>
      </Flex>
      {task.dealer_on_stop && <Alert type="error" showIcon title={t('pick.dealer_on_stop')} />}
      <span>{task.dealer_name} · <Link to={`/orders/${task.order_id}`} className="num">{task.order_number}</Link></span>
      {may.has('confirm') ? <Counting task={task} /> : <Lines task={task} />}
    </Flex>
  );
}

function Lines({ task }: { task: PickTaskResponse }) {
  return (
    <Card size="small">
      {task.lines.map((line) => (
        <Flex key={line.line_no} justify="space-between" gap={8} style={{ padding: '8px 0' }}>
          <Named line={line} />
          <span><Quantity value={line.picked} /> / <Quantity value={line.quantity} unit={line.unit} /></span>
        </Flex>
      ))}
    </Card>
  );
}

const Named = ({ line }: { line: PickLine }) => (
  <span><strong className="num">{line.sku}</strong> {line.name}</span>
);

function Counting({ task }: { task: PickTaskResponse }) {
  const { t } = useTranslation();
  const [counted, setCounted] = useState<Record<number, number>>({});
  const [scanned, setScanned] = useState('');
  const [unknown, setUnknown] = useState('');
  const { modal } = App.useApp();
  const confirm = useAct(
    (_: undefined, key) =>
      inventoryConfirmPick({
        path: { pick_task_id: task.pick_task_id },
        body: { lines: Object.entries(counted).filter(([, quantity]) => quantity).map(([no, quantity]) => ({ line_no: Number(no), quantity })) },
        headers: { ...ifMatch(task.version), 'idempotency-key': key },
      }),
    { said: t('pick.confirmed'), done: () => setCounted({}) },
  );
  const short = useAct(
    (lines: { line_no: number; quantity: number; reason: 'NOT_FOUND' }[], key) =>
      inventoryShortenPick({ path: { pick_task_id: task.pick_task_id }, body: { lines }, headers: { ...ifMatch(task.version), 'idempotency-key': key } }),
    { said: t('pick.short_told') },
  );
  const missing = task.lines
    .map((line) => ({ line_no: line.line_no, quantity: line.to_pick - (counted[line.line_no] ?? 0), reason: 'NOT_FOUND' as const }))
    .filter((line) => line.quantity > 0);
  const count = (line: PickLine, by: number) =>
    setCounted((before) => ({ ...before, [line.line_no]: Math.min(line.to_pick, Math.max(0, (before[line.line_no] ?? 0) + by)) }));
  const scan = () => {
    const line = task.lines.find((it) => it.sku === scanned.trim().toUpperCase() && it.to_pick > (counted[it.line_no] ?? 0));
    setUnknown(line ? '' : scanned);
    if (line) count(line, 1);
    setScanned('');
  };
  const total = Object.values(counted).reduce((sum, quantity) => sum + quantity, 0);
  return (
    <>
      <Input
        size="large"
        autoFocus
        prefix={<BarcodeOutlined />}
        value={scanned}
        placeholder={t('pick.scan')}
        aria-label={t('pick.scan')}
        onChange={(event) => setScanned(event.target.value)}
        onPressEnter={scan}
      />
      {unknown && <Alert type="error" showIcon title={t('pick.unknown', { sku: unknown })} />}
      <Card size="small">
        {task.lines.map((line) => (
          <Flex key={line.line_no} justify="space-between" align="center" wrap gap={8} style={{ padding: '8px 0' }}>
            <Named line={line} />
            <Space>
              <Button size="large" icon={<MinusOutlined />} aria-label={`${t('pick.less')} ${line.sku}`} onClick={() => count(line, -1)} />
              <strong className="num" style={{ minWidth: 70, display: 'inline-block', textAlign: 'center' }}>
                {counted[line.line_no] ?? 0} / {line.to_pick}
              </strong>
              <Button size="large" icon={<PlusOutlined />} aria-label={`${t('pick.more')} ${line.sku}`} onClick={() => count(line, 1)} />
              <Button size="large" onClick={() => count(line, line.to_pick)}>{t('pick.all')}</Button>
            </Space>
          </Flex>
        ))}
      </Card>
      <Flex justify="end" gap={8} wrap>
        {task.allowed_actions.includes('short') && total === 0 && missing.length > 0 && (
          <Button size="large" danger loading={short.isPending} onClick={() => void modal.confirm({ title: t('pick.short_ask'), okText: t('common.ok'), cancelText: t('common.back'), onOk: () => short.mutate(missing) })}>
            {t('pick.short')}
          </Button>
        )}
        <Button size="large" onClick={() => setCounted(Object.fromEntries(task.lines.map((line) => [line.line_no, line.to_pick])))}>{t('pick.everything')}</Button>
        <Button size="large" type="primary" disabled={!total} loading={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
          {t('pick.confirm', { count: total })}
        </Button>
      </Flex>
    </>
  );
}

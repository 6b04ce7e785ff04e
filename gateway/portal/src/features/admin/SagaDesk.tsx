import { Button, Descriptions, Flex, Modal, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  type Action, type DeskOrder, type DeskRow, ordersApproveProposal, ordersListDesk, ordersListProposals, ordersProposeAction, ordersRetryOrder,
  ordersShowDeskOrder, ordersTryAction, type Said,
} from '../../api/client';
import { useAct, usePages, useRead } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Money, Time } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { DataTable } from '../../components/DataTable';

const ACTIONS: Action[] = ['retry', 'compensate', 'give-up'];

/** Orders that do not go on by themselves: why, what they have done so far, and what could be done. */
export default function SagaDesk() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string>();
  const list = usePages<DeskRow>(['sagas'], (cursor) => ordersListDesk({ query: { cursor } }));
  const look = (row: DeskRow) => <Button size="small" onClick={() => setOpen(row.order_id)}>{t('common.open')}</Button>;
  return (
    <>
      <ListPage<DeskRow>
        title={t('nav.desk')}
        rowKey="order_id"
        list={list}
        columns={[
          { title: t('order.number'), render: (_, row) => <Link to={`/orders/${row.order_id}`} className="num">{row.number}</Link> },
          { title: t('order.dealer'), dataIndex: 'dealer_name' },
          { title: t('desk.kind'), render: (_, row) => t(`desk.kinds.${row.kind}`) },
          { title: t('desk.step'), dataIndex: 'step' },
          { title: t('common.reason'), dataIndex: 'reason' },
          { title: t('desk.since'), render: (_, row) => <Time at={row.since} /> },
          { title: '', key: 'open', render: (_, row) => look(row) },
        ]}
        card={(row) => (
          <Flex justify="space-between">
            <span><strong className="num">{row.number}</strong> {row.reason}</span>
            {look(row)}
          </Flex>
        )}
      />
      {open && <DeskDialog orderId={open} close={() => setOpen(undefined)} />}
    </>
  );
}

function DeskDialog({ orderId, close }: { orderId: string; close: () => void }) {
  const path = { order_id: orderId };
  const order = useRead(['sagas', orderId], () => ordersShowDeskOrder({ path }));
  return (
    <Modal open width={760} footer={null} onCancel={close} title={order.data?.number}>
      <Shown of={order}>{(of) => <Desk order={of} />}</Shown>
    </Modal>
  );
}

function Desk({ order }: { order: DeskOrder }) {
  const { t } = useTranslation();
  const askReason = useAskReason();
  const [trying, setTrying] = useState<Action>();
  const path = { order_id: order.order_id };
  const propose = useAct(
    ({ action, reason }: { action: 'compensate' | 'give-up'; reason: string }, key) =>
      ordersProposeAction({ path, body: { action, reason }, headers: { 'idempotency-key': key } }),
    { said: t('desk.proposed') },
  );
  const may = new Set(order.allowed_actions);
  const { effects } = order;
  return (
    <Flex vertical gap={12}>
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: 'status', label: t('order.status'), children: <Status code={order.status} word={t(`status.${order.status}`)} /> },
          { key: 'step', label: t('desk.step'), children: order.step },
          { key: 'reason', label: t('common.reason'), children: order.reason ?? order.parked ?? '–' },
          { key: 'attempt', label: t('desk.attempt'), children: order.attempt },
          { key: 'credit', label: t('account.held'), children: <Money minor={effects.credit_held_minor} /> },
          { key: 'covered', label: t('order.covered'), children: <Money minor={effects.covered_minor} /> },
          { key: 'steps', label: t('desk.effects'), children: effects.steps.map((step) => `${step.step}: ${step.state}`).join(', ') },
        ]}
      />
      <Space wrap>
        {ACTIONS.filter((action) => may.has(action)).map((action) => (
          <Button key={action} onClick={() => setTrying(action)}>{`${t('desk.try')} ${t(`desk.actions.${action}`)}`}</Button>
        ))}
        {may.has('retry') && <ActionButton type="primary" label={t('desk.actions.retry')} said={t('desk.retried')} act={() => ordersRetryOrder({ path })} />}
        {(['compensate', 'give-up'] as const).filter((action) => may.has(action)).map((action) => (
          <Button key={action} danger onClick={() => askReason(t(`desk.actions.${action}`), (reason) => propose.mutate({ action, reason }))}>
            {t(`desk.actions.${action}`)}
          </Button>
        ))}
      </Space>
      {trying && <DryRun orderId={order.order_id} action={trying} />}
      <Proposals orderId={order.order_id} />
    </Flex>
  );
}

/** What an action would do, from the same decision that would do it. */
function DryRun({ orderId, action }: { orderId: string; action: Action }) {
  const { t } = useTranslation();
  const run = useRead(['sagas', orderId, 'dry-run', action], () => ordersTryAction({ path: { order_id: orderId, action } }));
  return (
    <Shown of={run}>
      {(of) => (
        <DataTable<Said>
          size="small"
          rowKey={(said) => `${said.type} ${JSON.stringify(said.facts)}`}
          pagination={false}
          dataSource={of.said}
          title={() => `${t(`status.${of.status_before}`)} → ${t(`status.${of.status_after}`)} → ${t(`status.${of.status_at_the_end}`)}`}
          columns={[
            { title: t('desk.message'), dataIndex: 'type' },
            { title: t('audit.facts'), render: (_, said) => JSON.stringify(said.facts) },
          ]}
        />
      )}
    </Shown>
  );
}

function Proposals({ orderId }: { orderId: string }) {
  const { t } = useTranslation();
  const proposals = useRead(['sagas', orderId, 'proposals'], () => ordersListProposals({ query: { order_id: orderId } }));
  return (
    <>
      {proposals.data?.items
        .filter((proposal) => proposal.state === 'OPEN')
        .map((proposal) => (
          <Flex key={proposal.proposal_id} gap={8} align="center">
            <span>{`${t(`desk.actions.${proposal.action}`)}: ${proposal.reason}`}</span>
            <ActionButton size="small" label={t('desk.approve')} said={t('desk.approved')} act={() => ordersApproveProposal({ path: { proposal_id: proposal.proposal_id } })} />
          </Flex>
        ))}
    </>
  );
}

import { Card, Col, Flex, Row, Statistic } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { billingGetAccount, notifyCountTodos, notifyListTodos, ordersCountOrders } from '../../api/client';
import { useRead } from '../../api/use';
import { has, useSession } from '../../app/session';
import { Nothing, Shown } from '../../components/states';
import { Money, Time, useSaid } from '../../components/texts';

const Funnel = lazy(() => import('./Funnel'));

/** Where everybody starts: what waits for him. */
export default function Home() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Flex vertical gap={16}>
      <h1 className="page-title">{t('home.greeting', { name: session.name })}</h1>
      {has(session, 'APPLICANT') && (
        <Card><Link to="/application">{t('home.apply')}</Link></Card>
      )}
      {session.dealer_id && <Balance dealerId={session.dealer_id} />}
      {has(session, 'SAL', 'FIN', 'PCK', 'WHS', 'DLV', 'ADM') && <Queues />}
      <Todos />
      {has(session, 'ADM') && (
        <Suspense fallback={null}><Funnel /></Suspense>
      )}
    </Flex>
  );
}

function Balance({ dealerId }: { dealerId: string }) {
  const { t } = useTranslation();
  const account = useRead(['accounts', dealerId], () => billingGetAccount({ path: { dealer_id: dealerId } }));
  return (
    <Shown of={account}>
      {(of) => (
        <Row gutter={[12, 12]}>
          {(
            [
              ['wallet', of.wallet_minor],
              ['available', of.available_minor],
              ['receivable', of.receivable_minor],
            ] as const
          ).map(([word, minor]) => (
            <Col key={word} xs={12} md={8}>
              <Card size="small">
                <Link to="/account">
                  <Statistic title={t(`account.${word}`)} valueRender={() => <Money minor={minor} />} />
                </Link>
              </Card>
            </Col>
          ))}
        </Row>
      )}
    </Shown>
  );
}

const QUEUES = ['SAL', 'FIN', 'PCK', 'WHS', 'DLV'] as const;
const PLACE = { SAL: '/orders?queue=SAL', FIN: '/orders?queue=FIN', PCK: '/pick-tasks', WHS: '/outbound', DLV: '/delivery' };

function Queues() {
  const { t } = useTranslation();
  const session = useSession();
  const counts = useRead(['orders', 'counts'], () => ordersCountOrders());
  const mine = has(session, 'ADM') ? QUEUES : QUEUES.filter((role) => has(session, role));
  return (
    <Shown of={counts}>
      {(of) => (
        <Row gutter={[12, 12]}>
          {mine.map((role) => (
            <Col key={role} xs={12} md={6} xl={4}>
              <Card size="small">
                <Link to={PLACE[role]}>
                  <Statistic title={t(`queue.${role}`)} value={of[role] ?? 0} />
                </Link>
              </Card>
            </Col>
          ))}
        </Row>
      )}
    </Shown>
  );
}

function Todos() {
  const { t } = useTranslation();
  const said = useSaid();
  const todos = useRead(['todos'], () => notifyListTodos({ query: { limit: 20 } }));
  const counts = useRead(['todos', 'counts'], () => notifyCountTodos());
  return (
    <Card size="small" title={`${t('home.todos')} ${counts.data?.total ?? ''}`}>
      <Shown of={todos}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing />
          ) : (
            <Flex vertical component="ul" gap={8} style={{ margin: 0, padding: 0, listStyle: 'none' }}>
              {items.map((todo) => (
                <Flex component="li" key={todo.todo_id} justify="space-between" gap={8}>
                  {todo.order_id ? (
                    <Link to={`/orders/${todo.order_id}`}>{said(todo.title_zh, todo.title_en)}</Link>
                  ) : (
                    <span>{said(todo.title_zh, todo.title_en)}</span>
                  )}
                  <Time at={todo.opened_at} />
                </Flex>
              ))}
            </Flex>
          )
        }
      </Shown>
    </Card>
  );
}

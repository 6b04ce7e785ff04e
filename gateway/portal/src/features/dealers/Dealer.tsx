import { Button, Card, Descriptions, Flex, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { type DealerResponse, dealersExitDealer, dealersGetDealer, dealersReinstateDealer, dealersStopDealer, dealersSuspendDealer, ifMatch } from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { has, useSession } from '../../app/session';
import { ActionButton } from '../../components/ActionButton';
import { Shown } from '../../components/states';
import { Status } from '../../components/Status';
import { Time } from '../../components/texts';
import { useAskReason } from '../../components/useAskReason';
import { AccountOf } from '../finance/Account';
import { Exit } from './Exit';
import { ChangeTier, SetSuperior, TierPath } from './Tree';
import { verbs } from '../../lib/actions';

/** One dealer: who he is, on what terms he buys, what he owes. */
export default function Dealer() {
  const { id = '' } = useParams();
  const dealer = useRead(['dealers', id], () => dealersGetDealer({ path: { dealer_id: id } }));
  return <Shown of={dealer}>{(of) => <Sheet dealer={of} />}</Shown>;
}

function Sheet({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" wrap gap={8}>
        <Flex gap={12} align="center">
          <h1 className="page-title">{dealer.name}</h1>
          <Status code={dealer.status} word={t(`dealer.status.${dealer.status}`)} />
        </Flex>
        <Actions dealer={dealer} />
      </Flex>
      <Card size="small">
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 3 }}
          items={[
            { key: 'code', label: t('dealer.code'), children: dealer.code },
            { key: 'tier', label: t('dealer.tier'), children: <TierPath dealer={dealer} /> },
            { key: 'terms', label: t('order.terms'), children: dealer.terms ? t(`terms.${dealer.terms.kind}`) : '–' },
            { key: 'sal', label: t('dealer.salesperson'), children: dealer.salesperson_name ?? '–' },
            { key: 'place', label: t('application.place'), children: `${dealer.province} ${dealer.city}` },
            { key: 'contact', label: t('application.contact'), children: `${dealer.contact_name} ${dealer.phone}` },
            { key: 'since', label: t('dealer.since'), children: <Time at={dealer.activated_at} /> },
            ...(dealer.reason ? [{ key: 'reason', label: t('common.reason'), children: dealer.reason }] : []),
          ]}
        />
      </Card>
      <Exit dealer={dealer} />
      {has(session, 'FIN', 'ADM', 'SAL') && <AccountOf dealerId={dealer.dealer_id} />}
    </Flex>
  );
}

function Actions({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  const session = useSession();
  const askReason = useAskReason();
  const path = { dealer_id: dealer.dealer_id };
  const headers = ifMatch(dealer.version);
  const suspend = useAct((reason: string) => dealersSuspendDealer({ path, body: { reason }, headers }), { said: t('dealer.suspended') });
  const stop = useAct((reason: string) => dealersStopDealer({ path, body: { reason }, headers }), { said: t('dealer.stopped') });
  const leave = useAct((reason: string) => dealersExitDealer({ path, body: { reason }, headers }), { said: t('dealer.leaving') });
  const may = verbs(dealer.allowed_actions);
  return (
    <Space wrap>
      {has(session, 'SAL', 'ADM') && <Link to={`/catalog?dealer_id=${dealer.dealer_id}`}><Button>{t('dealer.as_seen')}</Button></Link>}
      {has(session, 'SAL') && <Link to={`/quick-order?dealer_id=${dealer.dealer_id}`}><Button type="primary">{t('dealer.order_for')}</Button></Link>}
      {may.has('change-tier') && <ChangeTier key={`tier ${dealer.version}`} dealer={dealer} />}
      {may.has('set-superior') && <SetSuperior key={`superior ${dealer.version}`} dealer={dealer} />}
      {may.has('suspend') && <Button onClick={() => askReason(t('dealer.suspend'), suspend.mutate)}>{t('dealer.suspend')}</Button>}
      {may.has('stop') && <Button danger onClick={() => askReason(t('dealer.stop'), stop.mutate)}>{t('dealer.stop')}</Button>}
      {may.has('exit') && <Button danger onClick={() => askReason(t('dealer.exit'), leave.mutate)}>{t('dealer.exit')}</Button>}
      {may.has('reinstate') && <ActionButton type="primary" label={t('dealer.reinstate')} said={t('dealer.reinstated')} act={() => dealersReinstateDealer({ path, headers })} />}
    </Space>
  );
}

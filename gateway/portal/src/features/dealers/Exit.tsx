import { Alert, Descriptions, Steps } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DealerResponse } from '../../api/client';
import { Money } from '../../components/texts';

/** How far a dealer is who leaves: his open orders first, then what stands in his account. */
export function Exit({ dealer }: { dealer: DealerResponse }) {
  const { t } = useTranslation();
  const exit = dealer.exit;
  if (!exit) return null;
  const balance = exit.balance;
  return (
    <Alert
      type="warning"
      title={t('exit.title')}
      description={
        <>
          <Steps
            size="small"
            current={exit.step === 'ORDERS' ? 0 : 1}
            items={[
              { title: t('exit.orders'), content: exit.open_orders === null ? t('exit.counting') : t('exit.open_orders', { count: exit.open_orders }) },
              { title: t('exit.balance') },
              { title: t('exit.left') },
            ]}
          />
          {balance && (
            <Descriptions
              size="small"
              column={{ xs: 1, sm: 2, lg: 5 }}
              items={[
                ...(['held', 'receivable', 'advances', 'wallet'] as const).map((word) => ({ key: word, label: t(`account.${word}`), children: <Money minor={balance[`${word}_minor`]} /> })),
                { key: 'refunds', label: t('exit.refunds'), children: <Money minor={balance.refunds_minor} /> },
              ]}
            />
          )}
        </>
      }
    />
  );
}

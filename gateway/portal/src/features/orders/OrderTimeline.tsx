import { Card, Timeline, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { reportsGetTimeline } from '../../api/client';
import { useRead } from '../../api/use';
import { Shown } from '../../components/states';
import { Time, useSaid } from '../../components/texts';

const HUES: Record<string, string> = { billing: 'green', inventory: 'cyan', orders: 'blue' };

/** Everything that happened to an order, from all services. */
export function OrderTimeline({ orderId }: { orderId: string }) {
  const { t } = useTranslation();
  const said = useSaid();
  const timeline = useRead(['orders', orderId, 'timeline'], () => reportsGetTimeline({ path: { order_id: orderId } }));
  return (
    <Card size="small" title={t('order.timeline')}>
      <Shown of={timeline}>
        {({ events }) => (
          <Timeline
            items={events.toReversed().map((event) => ({
              key: event.message_id,
              color: HUES[event.type.split('.')[0] ?? ''] ?? 'gray',
              content: (
                <>
                  <div>{said(event.text_zh, event.text_en)}</div>
                  <Typography.Text type="secondary">
                    <Time at={event.at} /> {event.actor}
                  </Typography.Text>
                </>
              ),
            }))}
          />
        )}
      </Shown>
    </Card>
  );
}

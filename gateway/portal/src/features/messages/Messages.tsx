import { Button, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type MessageResponse, notifyListMessages, notifyReadMessage } from '../../api/client';
import { usePages } from '../../api/use';
import { ActionButton } from '../../components/ActionButton';
import { ListPage } from '../../components/ListPage';
import { Time, useSaid } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';
import { verbs } from '../../lib/actions';

/** What the system had to say to its reader. */
export default function Messages() {
  const { t } = useTranslation();
  const said = useSaid();
  const [params] = useUrlState();
  const unread = params.get('unread') !== 'all';
  const list = usePages<MessageResponse>(['messages', unread], (cursor) => notifyListMessages({ query: { unread: unread || undefined, cursor } }));
  const text = (message: MessageResponse) => (
    <>
      <strong>{said(message.title_zh, message.title_en)}</strong>
      <div>{said(message.text_zh, message.text_en)}</div>
    </>
  );
  const actions = (message: MessageResponse) => (
    <Flex gap={8}>
      {message.order_id && <Link to={`/orders/${message.order_id}`}><Button size="small">{t('common.open')}</Button></Link>}
      {verbs(message.allowed_actions).has('read') && (
        <ActionButton size="small" label={t('message.read')} said={t('message.is_read')} act={() => notifyReadMessage({ path: { message_id: message.message_id } })} />
      )}
    </Flex>
  );
  return (
    <ListPage<MessageResponse>
      title={t('nav.messages')}
      rowKey="message_id"
      list={list}
      tabs={{
        param: 'unread',
        items: [
          { key: 'true', label: t('message.unread') },
          { key: 'all', label: t('common.all') },
        ],
      }}
      columns={[
        { title: t('message.text'), render: (_, message) => text(message) },
        { title: t('common.when'), render: (_, message) => <Time at={message.queued_at} /> },
        { title: '', key: 'act', render: (_, message) => actions(message) },
      ]}
      card={(message) => (
        <Flex vertical gap={4}>
          {text(message)}
          {actions(message)}
        </Flex>
      )}
    />
  );
}

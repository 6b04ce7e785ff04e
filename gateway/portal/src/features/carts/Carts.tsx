import { DeleteOutlined } from '@ant-design/icons';
import { Button, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CartSummary, ordersDeleteCart, ordersListCarts } from '../../api/client';
import { useAct, usePages } from '../../api/use';
import { ListPage } from '../../components/ListPage';
import { Time } from '../../components/texts';
import { useUrlState } from '../../lib/useUrlState';

/** The caller's carts; ordered ones are kept with their orders. */
export default function Carts() {
  const { t } = useTranslation();
  const [params] = useUrlState();
  const ordered = params.get('ordered') === 'true';
  const list = usePages<CartSummary>(['carts', ordered], (cursor) => ordersListCarts({ query: { ordered, cursor } }));
  const remove = useAct((cart_id: string) => ordersDeleteCart({ path: { cart_id } }));
  return (
    <ListPage<CartSummary>
      title={t('nav.carts')}
      rowKey="cart_id"
      list={list}
      tabs={{
        param: 'ordered',
        items: [
          { key: 'false', label: t('cart.open') },
          { key: 'true', label: t('cart.ordered') },
        ],
      }}
      next={<Link to="/catalog">{t('order.first')}</Link>}
      columns={[
        { title: t('cart.name'), render: (_, cart) => <Link to={`/carts/${cart.cart_id}`}>{cart.name}</Link> },
        { title: t('order.dealer'), dataIndex: 'dealer_name' },
        { title: t('cart.lines'), align: 'right', dataIndex: 'lines', className: 'num' },
        { title: t('common.changed'), render: (_, cart) => <Time at={cart.changed_at} /> },
        {
          title: '',
          key: 'remove',
          render: (_, cart) => (
            <Button size="small" icon={<DeleteOutlined />} aria-label={`${t('common.remove')} ${cart.name}`} onClick={() => remove.mutate(cart.cart_id)} />
          ),
        },
      ]}
      card={(cart) => (
        <Link to={`/carts/${cart.cart_id}`}>
          <Flex justify="space-between">
            <strong>{cart.name}</strong>
            <span className="num">{cart.lines}</span>
          </Flex>
          <Time at={cart.changed_at} />
        </Link>
      )}
    />
  );
}

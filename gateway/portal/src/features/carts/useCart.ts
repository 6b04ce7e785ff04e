import { useTranslation } from 'react-i18next';
import { type FilledCart, ordersListCarts, ordersOpenCart, ordersQuickOrder } from '../../api/client';
import { useAct } from '../../api/use';

export interface Wanted {
  sku: string;
  /** As it was typed: what is wrong with it is said in its result. */
  quantity: number | string;
  unit?: string;
}

/** The id of the dealer's newest cart that is not ordered yet; of a new one when there is none. */
export async function openCart(dealerId: string, name: string): Promise<string> {
  const { data } = await ordersListCarts({ query: { ordered: false, limit: 100 } });
  const mine = data.items.find((cart) => cart.dealer_id === dealerId);
  if (mine) return mine.cart_id;
  return (await ordersOpenCart({ body: { dealer_id: dealerId, name } })).data.cart_id;
}

/** Put goods into the dealer's open cart, on top of what is in it. */
export function useAddToCart(dealerId: string | null | undefined, done?: (filled: FilledCart) => void) {
  const { t } = useTranslation();
  return useAct(
    async (lines: Wanted[], key) => {
      if (!dealerId) throw new Error('no dealer');
      const cart_id = await openCart(dealerId, t('cart.new'));
      return ordersQuickOrder({ path: { cart_id }, body: { lines }, headers: { 'idempotency-key': key } });
    },
    { said: done ? undefined : t('cart.added'), done },
  );
}

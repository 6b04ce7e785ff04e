import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client';
import { Money, UnitPrice } from '../../components/texts';
import { DataTable } from '../../components/DataTable';

interface Difference {
  line_no: number;
  sku: string;
  unit_price_before: string | null;
  unit_price: string;
  gross_minor: number;
}
interface PriceChanged {
  expected_total_minor: number;
  total_minor: number;
  differences: Difference[];
}
interface Props {
  error: ApiError;
  accept: (totalMinor: number) => void;
  close: () => void;
}

/** The order has become dearer since its buyer looked: what, by how much, and whether he agrees. */
export function PriceChangedDialog({ error, accept, close }: Props) {
  const { t } = useTranslation();
  const changed = error.problem as unknown as PriceChanged;
  return (
    <Modal
      open
      title={t('cart.price_changed')}
      okText={t('cart.accept_price')}
      cancelText={t('common.back')}
      onOk={() => accept(changed.total_minor)}
      onCancel={close}
    >
      <p><Money minor={changed.expected_total_minor} /> → <strong><Money minor={changed.total_minor} /></strong></p>
      <DataTable<Difference>
        size="small"
        rowKey="line_no"
        pagination={false}
        dataSource={changed.differences}
        columns={[
          { title: t('order.sku'), dataIndex: 'sku' },
          { title: t('cart.before'), align: 'right', render: (_, line) => <UnitPrice value={line.unit_price_before} /> },
          { title: t('cart.now'), align: 'right', render: (_, line) => <UnitPrice value={line.unit_price} /> },
        ]}
      />
    </Modal>
  );
}

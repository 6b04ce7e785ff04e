import { Result } from 'antd';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { createBrowserRouter } from 'react-router';
import { Shell } from './Shell';

const Account = lazy(() => import('../features/finance/Account'));
const Application = lazy(() => import('../features/applications/Application'));
const Applications = lazy(() => import('../features/applications/Applications'));
const ApplicationDetail = lazy(() => import('../features/applications/ApplicationDetail'));
const AuditLog = lazy(() => import('../features/admin/AuditLog'));
const Cart = lazy(() => import('../features/carts/Cart'));
const Carts = lazy(() => import('../features/carts/Carts'));
const Catalog = lazy(() => import('../features/catalog/Catalog'));
const Dealer = lazy(() => import('../features/dealers/Dealer'));
const Dealers = lazy(() => import('../features/dealers/Dealers'));
const Tiers = lazy(() => import('../features/dealers/Tiers'));
const Delivery = lazy(() => import('../features/delivery/Delivery'));
const Home = lazy(() => import('../features/home/Home'));
const Inbounds = lazy(() => import('../features/warehouse/Inbounds'));
const Messages = lazy(() => import('../features/messages/Messages'));
const Order = lazy(() => import('../features/orders/Order'));
const Orders = lazy(() => import('../features/orders/Orders'));
const Outbound = lazy(() => import('../features/warehouse/Outbound'));
const Payments = lazy(() => import('../features/finance/Payments'));
const PickTask = lazy(() => import('../features/warehouse/PickTask'));
const PickTasks = lazy(() => import('../features/warehouse/PickTasks'));
const PriceList = lazy(() => import('../features/products/PriceList'));
const PriceLists = lazy(() => import('../features/products/PriceLists'));
const Products = lazy(() => import('../features/products/Products'));
const QuickOrder = lazy(() => import('../features/carts/QuickOrder'));
const Receivables = lazy(() => import('../features/finance/Receivables'));
const Refunds = lazy(() => import('../features/finance/Refunds'));
const SagaDesk = lazy(() => import('../features/admin/SagaDesk'));
const Stock = lazy(() => import('../features/warehouse/Stock'));
const Users = lazy(() => import('../features/admin/Users'));
const Warehouses = lazy(() => import('../features/admin/Warehouses'));

function NotFound() {
  const { t } = useTranslation();
  return <Result status="404" title={t('state.not_found')} />;
}

export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    children: [
      { index: true, element: <Home /> },
      { path: 'account', element: <Account /> },
      { path: 'application', element: <Application /> },
      { path: 'applications', element: <Applications /> },
      { path: 'applications/:id', element: <ApplicationDetail /> },
      { path: 'audit-log', element: <AuditLog /> },
      { path: 'carts', element: <Carts /> },
      { path: 'carts/:id', element: <Cart /> },
      { path: 'catalog', element: <Catalog /> },
      { path: 'dealers', element: <Dealers /> },
      { path: 'dealers/:id', element: <Dealer /> },
      { path: 'tiers', element: <Tiers /> },
      { path: 'delivery', element: <Delivery /> },
      { path: 'inbounds', element: <Inbounds /> },
      { path: 'messages', element: <Messages /> },
      { path: 'orders', element: <Orders /> },
      { path: 'orders/:id', element: <Order /> },
      { path: 'outbound', element: <Outbound /> },
      { path: 'payments', element: <Payments /> },
      { path: 'pick-tasks', element: <PickTasks /> },
      { path: 'pick-tasks/:id', element: <PickTask /> },
      { path: 'price-lists', element: <PriceLists /> },
      { path: 'price-lists/:id', element: <PriceList /> },
      { path: 'products', element: <Products /> },
      { path: 'quick-order', element: <QuickOrder /> },
      { path: 'receivables', element: <Receivables /> },
      { path: 'refunds', element: <Refunds /> },
      { path: 'saga-desk', element: <SagaDesk /> },
      { path: 'stock', element: <Stock /> },
      { path: 'users', element: <Users /> },
      { path: 'warehouses', element: <Warehouses /> },
      { path: '*', element: <NotFound /> },
    ],
  },
]);

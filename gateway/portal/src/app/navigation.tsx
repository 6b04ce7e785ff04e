import {
  AppstoreOutlined, AuditOutlined, BarChartOutlined, BellOutlined, CarOutlined, DollarOutlined,
  ExportOutlined, HomeOutlined, ImportOutlined, InboxOutlined, PayCircleOutlined, ProfileOutlined,
  RollbackOutlined, SafetyOutlined, ScheduleOutlined, ShoppingCartOutlined, ShopOutlined, TagsOutlined,
  TeamOutlined, ThunderboltOutlined, ToolOutlined, WalletOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import type { Role, SessionResponse } from '../api/client';
import { has } from './session';

export type Word =
  | 'home' | 'catalog' | 'quick' | 'carts' | 'orders' | 'account' | 'application' | 'applications'
  | 'dealers' | 'receivables' | 'payments' | 'refunds' | 'picking' | 'outbound' | 'inbound' | 'stock'
  | 'delivery' | 'products' | 'price_lists' | 'users' | 'warehouses' | 'audit' | 'desk' | 'reports' | 'messages';

interface Place {
  path: string;
  word: Word;
  icon: ReactNode;
  roles: Role[];
}

const EVERYBODY: Role[] = ['ADM', 'FIN', 'PCK', 'WHS', 'DLV', 'SAL', 'DLR', 'APPLICANT'];

/** The menu, in the order of an order's life; each sees the places of his roles. */
const PLACES: Place[] = [
  { path: '/', word: 'home', icon: <HomeOutlined />, roles: EVERYBODY },
  { path: '/application', word: 'application', icon: <ShopOutlined />, roles: ['APPLICANT'] },
  { path: '/catalog', word: 'catalog', icon: <AppstoreOutlined />, roles: ['DLR', 'SAL'] },
  { path: '/quick-order', word: 'quick', icon: <ThunderboltOutlined />, roles: ['DLR', 'SAL'] },
  { path: '/carts', word: 'carts', icon: <ShoppingCartOutlined />, roles: ['DLR', 'SAL'] },
  { path: '/orders', word: 'orders', icon: <ProfileOutlined />, roles: ['DLR', 'SAL', 'FIN', 'ADM', 'WHS'] },
  { path: '/account', word: 'account', icon: <WalletOutlined />, roles: ['DLR'] },
  { path: '/receivables', word: 'receivables', icon: <ScheduleOutlined />, roles: ['FIN'] },
  { path: '/payments', word: 'payments', icon: <DollarOutlined />, roles: ['FIN'] },
  { path: '/refunds', word: 'refunds', icon: <RollbackOutlined />, roles: ['FIN', 'ADM'] },
  { path: '/pick-tasks', word: 'picking', icon: <InboxOutlined />, roles: ['PCK', 'WHS'] },
  { path: '/outbound', word: 'outbound', icon: <ExportOutlined />, roles: ['WHS'] },
  { path: '/inbounds', word: 'inbound', icon: <ImportOutlined />, roles: ['WHS', 'ADM'] },
  { path: '/stock', word: 'stock', icon: <BarChartOutlined />, roles: ['WHS', 'ADM', 'SAL'] },
  { path: '/delivery', word: 'delivery', icon: <CarOutlined />, roles: ['DLV', 'WHS'] },
  { path: '/applications', word: 'applications', icon: <TeamOutlined />, roles: ['SAL', 'ADM'] },
  { path: '/dealers', word: 'dealers', icon: <ShopOutlined />, roles: ['SAL', 'ADM', 'FIN'] },
  { path: '/products', word: 'products', icon: <TagsOutlined />, roles: ['ADM'] },
  { path: '/price-lists', word: 'price_lists', icon: <PayCircleOutlined />, roles: ['ADM'] },
  { path: '/users', word: 'users', icon: <SafetyOutlined />, roles: ['ADM'] },
  { path: '/warehouses', word: 'warehouses', icon: <HomeOutlined />, roles: ['ADM'] },
  { path: '/audit-log', word: 'audit', icon: <AuditOutlined />, roles: ['ADM'] },
  { path: '/saga-desk', word: 'desk', icon: <ToolOutlined />, roles: ['ADM'] },
  { path: '/messages', word: 'messages', icon: <BellOutlined />, roles: EVERYBODY },
];

export const placesOf = (session: SessionResponse): Place[] =>
  PLACES.filter((place) => has(session, ...place.roles));

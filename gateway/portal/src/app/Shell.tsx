import { BellOutlined, BulbOutlined, LogoutOutlined, MenuOutlined, QuestionCircleOutlined } from '@ant-design/icons';
import { Badge, Button, Drawer, Grid, Layout, Menu, Space, theme, Tooltip } from 'antd';
import { Suspense, use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { gatewayCloseSession, notifyCountMessages } from '../api/client';
import { useRead } from '../api/use';
import { Loading } from '../components/states';
import { useLive } from '../lib/useLive';
import { setLanguage } from './i18n';
import { placesOf } from './navigation';
import { PrefsContext } from './prefs';
import { useEnter, useSession } from './session';

const HEADER = 52;

/** The frame of every page: who one is, where one can go, and whether the page is live. */
export function Shell() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const { token } = theme.useToken();
  const wide = Grid.useBreakpoint().md ?? true;
  const [open, setOpen] = useState(false);
  const live = useLive(true);
  const menu = <Places close={() => setOpen(false)} />;
  const english = i18n.language === 'en';
  return (
    <Layout style={{ minHeight: '100vh' }}>
      <a className="skip" href="#main">{t('nav.skip')}</a>
      <Layout.Header
        className="no-print"
        style={{
          ...{ position: 'sticky', top: 0, zIndex: 10, height: HEADER, padding: '0 12px' },
          ...{ display: 'flex', alignItems: 'center', gap: 8, background: token.colorBgContainer },
          borderBottom: `1px solid ${token.colorBorderSecondary}`,
        }}
      >
        {!wide && (
          <Button type="text" icon={<MenuOutlined />} aria-label={t('nav.menu')} onClick={() => setOpen(true)} />
        )}
        <strong style={{ fontSize: 18, flex: 1, whiteSpace: 'nowrap' }}>{t('app.name')}</strong>
        {wide && (
          <span style={{ color: token.colorTextSecondary }}>
            {session.dealer_name ? `${session.dealer_name} · ${session.name}` : session.name}
          </span>
        )}
        <Space size={wide ? 8 : 0}>
          <Tooltip title={t(live ? 'nav.live' : 'nav.polling')}>
            <span role="img" aria-label={t(live ? 'nav.live' : 'nav.polling')}>
              <Badge status={live ? 'success' : 'default'} />
            </span>
          </Tooltip>
          <Bell />
          <Button type="text" href="/api/docs" target="_blank" icon={<QuestionCircleOutlined />} aria-label={t('nav.help')} />
          <Dark />
          <Button type="text" onClick={() => void setLanguage(english ? 'zh-CN' : 'en')}>
            {t('nav.other_language')}
          </Button>
          <Leave />
        </Space>
      </Layout.Header>
      <Layout>
        {wide ? (
          <Layout.Sider className="no-print" theme="light" width={190} style={{ background: token.colorBgContainer }}>
            {menu}
          </Layout.Sider>
        ) : (
          <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={240} title={session.name}>
            {menu}
          </Drawer>
        )}
        <Layout.Content id="main" style={{ padding: wide ? 20 : 12, minWidth: 0 }}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Places({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const places = placesOf(useSession());
  const here = places.findLast((place) => place.path === '/' ? pathname === '/' : pathname.startsWith(place.path));
  return (
    <Menu
      mode="inline"
      style={{ borderInlineEnd: 0 }}
      selectedKeys={here ? [here.path] : []}
      onClick={close}
      items={places.map(({ path, word, icon }) => ({
        key: path,
        icon,
        label: <Link to={path}>{t(`nav.${word}`)}</Link>,
      }))}
    />
  );
}

function Bell() {
  const { t } = useTranslation();
  const go = useNavigate();
  const unread = useRead(['messages', 'counts'], () => notifyCountMessages()).data?.unread ?? 0;
  return (
    <Badge count={unread} size="small" offset={[-6, 6]}>
      <Button type="text" icon={<BellOutlined />} aria-label={t('nav.unread', { count: unread })} onClick={() => void go('/messages')} />
    </Badge>
  );
}

function Dark() {
  const { t } = useTranslation();
  const { dark, setDark } = use(PrefsContext);
  return (
    <Button type="text" icon={<BulbOutlined />} aria-label={t(dark ? 'nav.light' : 'nav.dark')} onClick={() => setDark(!dark)} />
  );
}

function Leave() {
  const { t } = useTranslation();
  const enter = useEnter();
  const leave = async () => {
    await gatewayCloseSession();
    enter(null);
  };
  return <Button type="text" icon={<LogoutOutlined />} aria-label={t('nav.log_out')} onClick={() => void leave()} />;
}

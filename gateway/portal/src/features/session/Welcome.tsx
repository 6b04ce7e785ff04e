import { Button, Card, Flex, Form, Input, Tabs, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { gatewayOpenSession, gatewayRegister, gatewayShowRegistrationMode, type RegistrationRequestWritable } from '../../api/client';
import { useAct, useRead } from '../../api/use';
import { setLanguage } from '../../app/i18n';
import { useEnter } from '../../app/session';

/** For whom nobody knows yet: log in, or register as a future dealer. */
export function Welcome() {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'en' ? 'zh-CN' : 'en';
  return (
    <Flex component="main" vertical align="center" justify="center" gap={16} style={{ minHeight: '100vh', padding: 16 }}>
      <Typography.Title level={1} style={{ fontSize: 28, margin: 0 }}>{t('app.name')}</Typography.Title>
      <Typography.Text>{t('app.claim')}</Typography.Text>
      <Card style={{ width: '100%', maxWidth: 400 }}>
        <Tabs
          centered
          items={[
            { key: 'login', label: t('session.log_in'), children: <LogIn /> },
            { key: 'register', label: t('session.register'), children: <Register /> },
          ]}
        />
      </Card>
      <Button type="text" onClick={() => void setLanguage(other)}>{t('nav.other_language')}</Button>
    </Flex>
  );
}

interface Credentials {
  login: string;
  password: string;
}

function LogIn() {
  const { t } = useTranslation();
  const enter = useEnter();
  const open = useAct((body: Credentials) => gatewayOpenSession({ body }), { done: enter });
  return (
    <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(credentials) => open.mutate(credentials)}>
      <Form.Item name="login" label={t('session.login')} rules={[{ required: true }]}>
        <Input autoFocus autoComplete="username" />
      </Form.Item>
      <Form.Item name="password" label={t('session.password')} rules={[{ required: true }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Button block type="primary" htmlType="submit" loading={open.isPending}>{t('session.log_in')}</Button>
    </Form>
  );
}

function Register() {
  const { t, i18n } = useTranslation();
  const enter = useEnter();
  const invited = useRead(['registrations'], () => gatewayShowRegistrationMode()).data?.mode === 'invite';
  const open = useAct((body: Credentials) => gatewayOpenSession({ body }), { done: enter });
  const register = useAct((body: RegistrationRequestWritable) => gatewayRegister({ body }), {
    done: (_, { login, password }) => open.mutate({ login, password }),
  });
  const language = i18n.language === 'en' ? 'en' : 'zh-CN';
  return (
    <Form<RegistrationRequestWritable>
      layout="vertical"
      requiredMark={false}
      onFinish={(asked) => register.mutate({ ...asked, language, email: asked.email || null })}
    >
      <Form.Item name="name" label={t('session.name')} rules={[{ required: true }]}>
        <Input autoComplete="name" />
      </Form.Item>
      <Form.Item name="login" label={t('session.login')} rules={[{ required: true }]}>
        <Input autoComplete="username" />
      </Form.Item>
      <Form.Item name="password" label={t('session.password')} extra={t('session.password_rule')} rules={[{ required: true, min: 10 }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="email" label={t('session.email')}>
        <Input type="email" autoComplete="email" />
      </Form.Item>
      {invited && (
        <Form.Item name="invitation" label={t('session.invitation')} rules={[{ required: true }]}>
          <Input />
        </Form.Item>
      )}
      <Button block type="primary" htmlType="submit" loading={register.isPending || open.isPending}>
        {t('session.register')}
      </Button>
    </Form>
  );
}

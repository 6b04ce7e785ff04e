import {
  CarOutlined,
  CheckCircleOutlined,
  ClockCircleOutlined,
  CloseCircleOutlined,
  PauseCircleOutlined,
  SyncOutlined,
} from '@ant-design/icons';
import { Tag, theme } from 'antd';
import type { ReactNode } from 'react';

type Hue = 'gold' | 'blue' | 'purple' | 'cyan' | 'green' | 'red';
type Look = [Hue | undefined, ReactNode];

const WAITS: Look = ['gold', <ClockCircleOutlined key="i" />];
const GOES_ON: Look = ['blue', <SyncOutlined key="i" />];
const ON_ITS_WAY: Look = ['cyan', <CarOutlined key="i" />];
const DONE: Look = ['green', <CheckCircleOutlined key="i" />];
const STOPPED: Look = ['red', <PauseCircleOutlined key="i" />];
const GONE: Look = [undefined, <CloseCircleOutlined key="i" />];

const LOOKS: Record<string, Look> = {
  SUBMITTED: GOES_ON, ON_HOLD: STOPPED, PENDING_CONFIRMATION: WAITS, CONFIRMED: GOES_ON,
  IN_FULFILMENT: GOES_ON, COMPLETED: DONE, CLOSED_SHORT: DONE, CANCELLING: STOPPED,
  CANCELLED: GONE, REJECTED: GONE, EXPIRED: GONE,
  OPEN: WAITS, PICKING: GOES_ON, PICKED: DONE, SHIPPED: DONE, PUT_BACK: STOPPED,
  READY: WAITS, IN_TRANSIT: ON_ITS_WAY, DELIVERED: ON_ITS_WAY, RECEIVED: DONE,
  UNPAID: WAITS, PARTIALLY_PAID: WAITS, ON_CREDIT: GOES_ON, PAID: DONE, RELEASED: GONE, REFUNDED: GONE,
  REQUESTED: WAITS, APPROVED: GOES_ON, FAILED: STOPPED, REVERSED: GONE,
  DRAFT: WAITS, RETURNED: STOPPED, SCREENED: GOES_ON,
  ACTIVE: DONE, SUSPENDED: STOPPED, ON_STOP: STOPPED, EXITING: STOPPED, EXITED: GONE, RETIRED: GONE, PUBLISHED: DONE,
};

/** A state as word, icon and colour: colour is never the only carrier. */
export function Status({ code, word }: { code: string; word: string }) {
  const { token } = theme.useToken();
  const [hue, icon] = LOOKS[code] ?? GONE;
  // Steps 1 and 9 of the palette pass WCAG AA in both themes; antd's preset tags do not.
  const colours = hue && { background: token[`${hue}1`], color: token[`${hue}9`], borderColor: 'transparent' };
  return <Tag icon={icon} style={{ marginInlineEnd: 0, ...colours }}>{word}</Tag>;
}

import { Button, type ButtonProps } from 'antd';
import { useAct } from '../api/use';

interface Props {
  label: string;
  said: string;
  act: (key: string) => Promise<{ data: unknown }>;
  type?: ButtonProps['type'];
  size?: ButtonProps['size'];
  danger?: boolean;
  done?: () => void;
}

/** Something that needs no more than a click. */
export function ActionButton({ label, said, act, done, ...look }: Props) {
  const doing = useAct<undefined, unknown>((_, key) => act(key), { said, done });
  return (
    <Button {...look} loading={doing.isPending} onClick={() => doing.mutate(undefined)}>
      {label}
    </Button>
  );
}

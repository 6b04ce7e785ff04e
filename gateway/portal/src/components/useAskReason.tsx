import { App, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** Ask for the reason of something that cannot be taken back; it is not done without one. */
export function useAskReason() {
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return (title: string, act: (reason: string) => void, label?: string) => {
    let reason = '';
    const dialog = modal.confirm({
      title,
      content: (
        <Input.TextArea
          autoFocus
          rows={3}
          maxLength={500}
          aria-label={label ?? t('common.reason')}
          placeholder={label ?? t('common.reason_hint')}
          onChange={(event) => {
            reason = event.target.value.trim();
            dialog.update({ okButtonProps: { disabled: !reason } });
          }}
        />
      ),
      okButtonProps: { disabled: true },
      okText: t('common.ok'),
      cancelText: t('common.back'),
      onOk: () => act(reason),
    });
  };
}

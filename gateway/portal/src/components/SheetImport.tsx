import { UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Flex, Modal, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../api/use';
import { DataTable } from './DataTable';

export interface ImportOutcome {
  dry_run: boolean;
  created: number;
  changed: number;
  unchanged: number;
  faults: { row: number; sku: string | null; field: string | null; fault: string }[];
}
interface Props {
  title: string;
  send: (file: File, dryRun: boolean, key: string) => Promise<{ data: ImportOutcome }>;
}

const ROWS_SHOWN = 200;

/** A sheet is tried first: what it would change, and which rows it cannot take. Only then is it taken. */
export function SheetImport({ title, send }: Props) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File>();
  const [outcome, setOutcome] = useState<ImportOutcome>();
  const attempt = useAct((asked: { file: File; dryRun: boolean }, key) => send(asked.file, asked.dryRun, key), { done: setOutcome });
  const close = () => {
    setFile(undefined);
    setOutcome(undefined);
  };
  return (
    <>
      <Upload
        accept=".csv,.xlsx"
        showUploadList={false}
        beforeUpload={(chosen) => {
          setFile(chosen);
          attempt.mutate({ file: chosen, dryRun: true });
          return false;
        }}
      >
        <Button icon={<UploadOutlined />} loading={attempt.isPending}>{title}</Button>
      </Upload>
      {outcome && file && (
        <Modal
          open
          width={720}
          title={`${title} ${file.name}`}
          okText={t(outcome.dry_run ? 'sheet.take' : 'common.ok')}
          cancelText={t('common.back')}
          confirmLoading={attempt.isPending}
          onOk={() => (outcome.dry_run ? attempt.mutate({ file, dryRun: false }) : close())}
          onCancel={close}
        >
          <Flex vertical gap={12}>
            <Alert
              type={outcome.dry_run ? 'info' : 'success'}
              showIcon
              title={t(outcome.dry_run ? 'sheet.would' : 'sheet.did', { created: outcome.created, changed: outcome.changed, unchanged: outcome.unchanged })}
            />
            {outcome.faults.length > 0 && (
              <DataTable
                size="small"
                rowKey={(fault) => `${fault.row} ${fault.field}`}
                pagination={false}
                scroll={{ y: 300 }}
                dataSource={outcome.faults.slice(0, ROWS_SHOWN)}
                columns={[
                  { title: t('quick.line'), dataIndex: 'row', width: 80 },
                  { title: t('order.sku'), dataIndex: 'sku', width: 140 },
                  { title: t('sheet.field'), dataIndex: 'field', width: 120 },
                  { title: t('sheet.fault'), dataIndex: 'fault' },
                ]}
              />
            )}
          </Flex>
        </Modal>
      )}
    </>
  );
}

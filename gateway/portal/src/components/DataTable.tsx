import { Table, type TableProps } from 'antd';
import { useEffect, useRef } from 'react';

/** A table whose sideways scrolling can be done by the keyboard, too: antd's own cannot be focused. */
export function DataTable<T extends object>(props: TableProps<T>) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    for (const scrolled of place.current?.querySelectorAll<HTMLElement>('.ant-table-content') ?? []) {
      scrolled.tabIndex = 0;
    }
  });
  return (
    <div ref={place}>
      <Table<T> size="small" pagination={false} scroll={{ x: 'max-content' }} {...props} />
    </div>
  );
}

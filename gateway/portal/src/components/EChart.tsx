import { theme } from 'antd';
import { BarChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, type EChartsCoreOption, use as registerCharts } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

registerCharts([BarChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

/** A chart; `label` says what it shows to who cannot see it, and a table stands beside it. */
export function EChart({ option, label, height = 280 }: { option: EChartsCoreOption; label: string; height?: number }) {
  const place = useRef<HTMLDivElement>(null);
  const { token } = theme.useToken();
  useEffect(() => {
    if (!place.current) return;
    const chart = init(place.current, undefined, { renderer: 'svg' });
    chart.setOption({
      color: [token.colorPrimary],
      textStyle: { color: token.colorText, fontFamily: token.fontFamily },
      aria: { enabled: true },
      animationDuration: 200,
      ...option,
    });
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(place.current);
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [option, token]);
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}

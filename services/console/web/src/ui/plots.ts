// SPDX-License-Identifier: Apache-2.0
// The parts of ECharts that plots use, loaded with the first plot. Hints are drawn, never markup:
// the console's pages forbid scripts to write markup as text.
import { BarChart, HeatmapChart, LineChart, FunnelChart, PieChart, SankeyChart } from 'echarts/charts';
import {
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent,
  TooltipComponent, VisualMapComponent,
} from 'echarts/components';
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, HeatmapChart, LineChart, FunnelChart, PieChart, SankeyChart, AriaComponent,
     DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent,
     TooltipComponent, VisualMapComponent, CanvasRenderer]);

export type PlotOption = EChartsCoreOption;

export function draw(at: HTMLElement, dark: boolean): EChartsType {
  return init(at, dark ? 'dark' : undefined, { renderer: 'canvas' });
}

/** `option` with patterns beside colours, without movement, and with drawn hints. */
export function plain(option: PlotOption): PlotOption {
  const tooltip = typeof option['tooltip'] === 'object' ? option['tooltip'] as object : {};
  return { animation: false, backgroundColor: 'transparent', ...option,
           aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
           tooltip: { ...tooltip, renderMode: 'richText' } };
}

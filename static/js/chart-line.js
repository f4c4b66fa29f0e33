// <chart-line data-label data-unit data-target>: series over time; a gap stays a gap.
import { ChartFrame } from "./chart-frame.js";

class ChartLine extends ChartFrame {
  options() {
    const several = this.data.series.length > 1;
    return {
      ...this.tooltipOverTime(),
      grid: { left: 8, right: 20, top: several ? 36 : 20, bottom: 8, containLabel: true },
      legend: several ? { top: 0, type: "scroll", itemWidth: 18 } : undefined,
      xAxis: {
        type: "category",
        data: this.data.categories,
        boundaryGap: false,
        axisLabel: { color: this.colour("muted"), hideOverlap: true },
        axisLine: { lineStyle: { color: this.colour("grid") } },
      },
      yAxis: { ...this.valueAxis(), scale: this.unit !== "%" },
      series: this.data.series.map((series, place) => ({
        name: series.name,
        data: series.values,
        type: "line",
        symbolSize: 6,
        lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][place % 3] },
        markLine: place === 0 ? this.targetLine("yAxis") : undefined,
      })),
    };
  }

  tooltipOverTime() {
    return { tooltip: { ...this.shared().tooltip, trigger: "axis" } };
  }
}

customElements.define("chart-line", ChartLine);

// <chart-bars data-label data-unit data-target>: bars by category; lying on a narrow screen. One series is judged by the target.
import { ChartFrame } from "./chart-frame.js";

const LYING_LABEL = 120;
const AXIS = 54;

class ChartBars extends ChartFrame {
  options() {
    const lying = this.narrow || this.hasAttribute("data-lying");
    const category = {
      type: "category",
      data: this.data.categories,
      inverse: lying,
      axisTick: { show: false },
      axisLabel: {
        color: this.colour("text"),
        interval: 0,
        width: lying ? LYING_LABEL : this.room(),
        overflow: "break",
      },
      axisLine: { lineStyle: { color: this.colour("grid") } },
    };
    const value = this.valueAxis();
    const several = this.data.series.length > 1;
    return {
      grid: {
        left: 8,
        right: lying ? 44 : this.margin,
        top: several ? 36 : 28,
        bottom: 8,
        containLabel: true,
      },
      legend: several ? { top: 0, itemWidth: 14 } : undefined,
      xAxis: lying ? value : category,
      yAxis: lying ? category : value,
      series: this.data.series.map((series, place) => ({
        ...series,
        type: "bar",
        barMaxWidth: 34,
        data: series.values.map((number) => this.bar(number, several)),
        label: {
          show: !several,
          position: lying ? "right" : "top",
          formatter: ({ value: number }) => this.shown(number),
          color: this.colour("text"),
        },
        markLine:
          place === 0 ? this.targetLine(lying ? "xAxis" : "yAxis", lying ? "start" : "end") : undefined,
      })),
    };
  }

  // Beside the bars the name of the target line, which would cover their numbers.
  get margin() {
    return this.target === null ? 16 : 76;
  }

  // What a name under the bars may take before it runs into its neighbour's.
  room() {
    return Math.max(
      24,
      Math.floor((this.canvas.clientWidth - AXIS - this.margin) / this.data.categories.length) - 6,
    );
  }

  bar(value, several) {
    const missed = !several && this.target !== null && value !== null && value < this.target;
    return missed ? { value, itemStyle: { color: this.colour("missed") } } : value;
  }
}

customElements.define("chart-bars", ChartBars);

// What all charts share: the canvas above, the table they were made of folded below, colours from the style sheet.
import { BarChart, LineChart, MapChart } from "echarts/charts";
import {
  AriaComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { readData } from "./chart-data.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GeoComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  MapChart,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
]);

const NARROW = 480;
const paper = matchMedia("print");
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class ChartFrame extends HTMLElement {
  connectedCallback() {
    if (this.chart) return;
    this.data = readData(this);
    if (!this.data.series.some(({ values }) => values.some((value) => value !== null))) {
      this.append(make("p", { class: "muted" }, [t("chart.empty")]));
      return;
    }
    this.fold();
    this.chart = init(this.canvas, null, { renderer: "canvas" });
    this.draw();
    this.chart.on("click", ({ dataIndex, name }) => this.follow(dataIndex, name));
    this.observer = new ResizeObserver(() => {
      this.chart.resize();
      if (this.narrow !== this.drawnNarrow) this.draw();
    });
    this.observer.observe(this.canvas);
    this.printing = () => this.unfold();
    paper.addEventListener("change", this.printing);
  }

  // On paper nobody can unfold the table.
  unfold() {
    const details = this.querySelector(":scope > .chart-table");
    if (!details) return;
    if (paper.matches) this.wasOpen = details.open;
    details.open = paper.matches || this.wasOpen;
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    if (this.printing) paper.removeEventListener("change", this.printing);
    this.chart?.dispose();
    this.chart = null;
  }

  fold() {
    this.canvas?.remove();
    this.canvas = make("div", { class: "chart-canvas", role: "img", "aria-label": this.spoken() });
    this.prepend(this.canvas);
    const table = this.querySelector(":scope > .table-frame, :scope > table");
    if (table)
      this.append(
        make("details", { class: "chart-table" }, [make("summary", {}, [t("chart.table")]), table]),
      );
  }

  // Whoever does not see the picture hears its range; the numbers stand in the table below.
  spoken() {
    const values = this.data.series.flatMap((series) => series.values).filter((value) => value !== null);
    const range = { high: this.shown(Math.max(...values)), low: this.shown(Math.min(...values)) };
    return `${this.dataset.label}: ${t("chart.range", range)}`;
  }

  get narrow() {
    return this.canvas.clientWidth < NARROW;
  }

  get unit() {
    return this.dataset.unit ?? "";
  }

  get target() {
    return this.dataset.target ? Number(this.dataset.target) : null;
  }

  draw() {
    // Drawn anew it is for paper or a turned phone, and paper takes the picture before anything has moved.
    this.moving = this.drawnNarrow === undefined && !still.matches && !this.closest("desk-board");
    this.drawnNarrow = this.narrow;
    this.chart.setOption({ ...this.shared(), ...this.options() }, true);
  }

  shared() {
    return {
      animation: this.moving,
      // Patterns beside colours: what is printed in grey, or seen by the colour-blind, stays apart.
      aria: { enabled: true, label: { enabled: false }, decal: { show: this.data.series.length > 1 } },
      textStyle: { fontFamily: getComputedStyle(this).fontFamily, color: this.colour("text") },
      // Drawn on the canvas: a tooltip of markup would carry inline styles, which the content policy refuses.
      tooltip: { renderMode: "richText", confine: true, valueFormatter: (value) => this.shown(value) },
      color: ["accent", "second", "third", "fourth"].map((name) => this.colour(name)),
    };
  }

  colour(name) {
    return getComputedStyle(this).getPropertyValue(`--chart-${name}`).trim();
  }

  shown(value) {
    return value === null || value === undefined || Number.isNaN(value) ? "—" : `${value}${this.unit}`;
  }

  valueAxis() {
    return {
      type: "value",
      ...(this.unit === "%" ? { min: 0, max: 100 } : {}),
      axisLabel: { formatter: (value) => `${value}${this.unit}`, color: this.colour("muted") },
      splitLine: { lineStyle: { color: this.colour("grid") } },
    };
  }

  targetLine(axis, position = axis === "xAxis" ? "start" : "insideEndTop") {
    if (this.target === null) return undefined;
    return {
      silent: true,
      symbol: "none",
      lineStyle: { color: this.colour("target"), type: "dashed", width: 1.5 },
      label: {
        formatter: t("chart.target", { value: this.shown(this.target) }),
        color: this.colour("target"),
        position,
      },
      data: [{ [axis]: this.target }],
    };
  }

  follow(index, name) {
    const place = name ? this.data.categories.indexOf(name) : index;
    const url = this.data.urls[place >= 0 ? place : index];
    if (url) location.assign(url);
  }
}

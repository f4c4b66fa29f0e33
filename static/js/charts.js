// Pages with charts.
import "./chart-bars.js";
import "./chart-line.js";
import "./county-map.js";
